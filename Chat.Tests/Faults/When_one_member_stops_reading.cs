using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Chat.Bench.Wire;
using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Chat.Tests.Support.Proxy;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>Tests that compare times: nothing else of this run takes the processors meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredAlone
{
    public const string Name = "measured alone";
}

/// <summary>A group of a hundred connected members, one of whom no longer takes from the network what the server writes.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_one_member_stops_reading(ITestOutputHelper output)
{
    private const int Members = 100;
    private const int Windows = 10;
    private const int SendsPerWindow = 150;
    private const long MostGrowth = 256 * 1024 * 1024;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string Body = new('x', 4_000);

    [Fact]
    public async Task The_others_wait_no_longer_than_before_and_it_catches_up_without_a_gap()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings
        {
            Workers = 0,
            Options = new Dictionary<string, string?> { ["Limits:SendsPerSecond"] = "0", ["Limits:AddressConnectsPerSecond"] = "0" },
        });
        await using var proxy = TcpProxy.Start(server.Port, socketBufferBytes: 8 * 1024);
        await using var alice = await StockClient.ConnectedAsync(server.Url, "alice");
        await using var slow = await StockClient.ConnectedAsync(new Uri($"http://127.0.0.1:{proxy.Port}"), "slow");
        var others = Enumerable.Range(0, Members - 2).Select(i => $"user{i}").ToArray();
        var group = (await alice.CreateGroupAsync([.. others, slow.User])).Id;
        var own = (await alice.CreateDirectAsync(slow.User)).Id;
        var arrivals = new Arrivals(others.Length);
        using var listeners = new Listeners(await Task.WhenAll(others.Select(u => Listener.ConnectedAsync(server, u, arrivals))));
        var memory = ProcFs.ResidentBytes(server.Process.Id);
        await WindowAsync(alice, group, arrivals); // Warms both sides up; not counted.

        var (without, with) = (new List<double>(), new List<double>());
        for (var i = 0; i < Windows; i++)
        {
            // All windows begin alike, but for whether one member reads.
            var stalls = i % 2 == 1;
            if (stalls)
            {
                proxy.ToClient.Stop();
            }

            await FillAsync(alice, own);
            var before = slow.Inbox.Count;
            (stalls ? with : without).Add(await WindowAsync(alice, group, arrivals));
            Assert.True(!stalls || slow.Inbox.Count == before);
            proxy.ToClient.Go();
            await CatchUpAsync(slow, group, arrivals.Sent);
        }

        var growth = ProcFs.ResidentBytes(server.Process.Id) - memory;
        output.WriteLine($"p99 without: {Text(without)} ms; with: {Text(with)} ms; memory of the server {growth / 1024 / 1024:+0;-0} MB");
        var usual = Median(without);
        Assert.InRange(Median(with), 0, Math.Max(2 * usual, usual + 20));
        Assert.InRange(growth, long.MinValue, MostGrowth);
        Assert.Equal(
            Enumerable.Range(1, arrivals.Sent).Select(n => (long)n),
            slow.Inbox.Items.Where(e => e.Conversation == group).Select(e => e.Seq!.Value));
    }

    /// <summary>Sends at an even pace, waits until all others have everything and answers the 99th percentile of their delays, in milliseconds.</summary>
    private static async Task<double> WindowAsync(StockClient sender, string group, Arrivals arrivals)
    {
        var start = Stopwatch.GetTimestamp();
        var receipts = new List<Task<Receipt>>();
        var everywhere = arrivals.Expect(SendsPerWindow);
        for (var i = 0; i < SendsPerWindow; i++)
        {
            // Each has its moment, whatever the ones before it took.
            var wait = (Pace * i) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait);
            }

            receipts.Add(sender.SendAsync(group, Body, arrivals.NextId()));
        }

        Assert.All(await Task.WhenAll(receipts).WaitAsync(Patience), r => Assert.True(r.Ok, r.Error?.ToString()));
        await everywhere.WaitAsync(Patience);
        sender.Arrived.Clear();
        sender.Inbox.Clear();
        var delays = arrivals.Take();
        Assert.Equal(SendsPerWindow * (Members - 2), delays.Length);
        return delays[(int)(delays.Length * 0.99)];
    }

    // 4.3 MB: more than the kernel holds for one socket (below 4 MB), so that the group's events meet a connection that takes nothing.
    private static async Task FillAsync(StockClient sender, string conversation)
    {
        var body = new string('y', 30_000);
        for (var i = 0; i < 12; i++)
        {
            var receipts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => sender.SendAsync(conversation, body)));
            Assert.All(receipts, r => Assert.True(r.Ok, r.Error?.ToString()));
            var last = receipts.Max(r => r.Seq);
            await sender.Inbox.WaitForAsync(e => e.Conversation == conversation && e.Seq == last, Patience);
        }
    }

    private static async Task CatchUpAsync(StockClient slow, string group, int head)
    {
        var caughtUp = slow.Inbox.WaitForAsync(e => e.Conversation == group && e.Seq == head, Patience);
        if (await Task.WhenAny(caughtUp, slow.Closed) != caughtUp)
        {
            await slow.ConnectAsync(); // It stood still for longer than the server's clock allows.
        }

        await caughtUp;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Text(List<double> values) => string.Join(' ', values.Select(v => v.ToString("0.0")));

    /// <summary>When each message was sent and how long it was under way to each listener.</summary>
    private sealed class Arrivals(int listeners)
    {
        private readonly ConcurrentDictionary<int, long> _sent = new();
        private readonly ConcurrentQueue<double> _delays = new();
        private TaskCompletionSource _everywhere = new();
        private int _missing;

        public int Sent => _sent.Count;

        public Task Expect(int messages)
        {
            _everywhere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _missing, messages * listeners);
            return _everywhere.Task;
        }

        public string NextId()
        {
            var number = _sent.Count;
            _sent[number] = Stopwatch.GetTimestamp();
            return $"{number}";
        }

        public void Add(ReadOnlySpan<byte> id, long now)
        {
            if (!Utf8Parser.TryParse(id, out int number, out _))
            {
                return;
            }

            _delays.Enqueue(Stopwatch.GetElapsedTime(_sent[number], now).TotalMilliseconds);
            if (Interlocked.Decrement(ref _missing) == 0)
            {
                _everywhere.TrySetResult();
            }
        }

        public double[] Take()
        {
            double[] delays = [.. _delays.Order()];
            _delays.Clear();
            return delays;
        }
    }

    /// <summary>A member that looks at no more than an event's id and seq, so that a hundred of them leave the server its processors.</summary>
    private sealed class Listener : IWireHandler, IDisposable
    {
        private readonly WireConnection _wire;
        private readonly Arrivals _arrivals;
        private string _conversation = "";
        private long _seq;
        private long _acknowledged;

        private Listener(Arrivals arrivals)
        {
            _arrivals = arrivals;
            _wire = new WireConnection(this, receiveBuffer: 16 * 1024);
        }

        public static async Task<Listener> ConnectedAsync(ServerProcess server, string user, Arrivals arrivals)
        {
            var listener = new Listener(arrivals);
            var end = new IPEndPoint(IPAddress.Loopback, server.Port);
            await listener._wire.OpenAsync(new WireAddress(end, $"{end}", ChatHubContract.Path, server.Token(user)), null, default);
            return listener;
        }

        public void OnRecord(ReadOnlySpan<byte> record, long now)
        {
            if (!EventScanner.IsEvents(record))
            {
                return;
            }

            var events = new EventScanner(record);
            while (events.MoveNext())
            {
                // Once each: a repeat of what came late is no delivery.
                if (events.Seq <= _seq)
                {
                    continue;
                }

                _conversation = Encoding.UTF8.GetString(events.Conversation);
                _seq = events.Seq;
                _arrivals.Add(events.Id, now);
            }
        }

        public void OnReadEnd()
        {
            if (_acknowledged < _seq)
            {
                _acknowledged = _seq;
                var ack = $"{{\"type\":1,\"target\":\"Ack\",\"arguments\":[[{{\"conversation\":\"{_conversation}\",\"seq\":{_seq}}}]]}}\u001e";
                _wire.Write(WebSocketText.Frame(Encoding.UTF8.GetBytes(ack)));
            }
        }

        public void OnClosed(Exception? reason)
        {
            // Seen as a delivery that is missing.
        }

        public void Dispose() => _wire.Dispose();
    }

    private sealed class Listeners(Listener[] all) : IDisposable
    {
        public void Dispose() => Array.ForEach(all, l => l.Dispose());
    }
}
