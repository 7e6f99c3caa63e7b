using System.Text;
using Chat.Bench.Load;
using Chat.Bench.Results;
using Chat.Bench.Targets;
using Chat.Bench.Wire;
using Chat.Contracts;

namespace Chat.Bench.Scenarios;

/// <summary>
/// Devices come back to a backlog: from the connect to the last event, acknowledging all the while. The bare hub has no
/// backlog; it makes up as many events and streams them in batches against the same acknowledgements.
/// </summary>
internal sealed class CatchUp : IScenario
{
    private const string AllDevices = "events, 4 devices";
    private const string OneDevice = "events, one device";
    private const int Devices = 4;
    private const int Senders = 4;
    private const int BatchSize = 100;
    private const int ReplayWindow = 1000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    public string Name => "catchup";

    public string Title => "catch-up of an offline backlog";

    public IReadOnlyList<TargetKind> Targets => [TargetKind.Bare, TargetKind.Product];

    public IReadOnlyList<Goal> Goals =>
    [
        new("catch-up with acknowledgements, events/s", new(TargetKind.Product, AllDevices), Comparison.Value, AtLeast: 100_000),
    ];

    public async Task RunAsync(Turn turn, CancellationToken cancellationToken)
    {
        var perDevice = turn.Options.Backlog / Devices;
        var run = Crowd.NewRun();
        string[] users = [.. Crowd.Users(run, Devices + 1)];
        if (turn.Target.Kind == TargetKind.Product)
        {
            await PrepareAsync(turn, run, users, perDevice, cancellationToken);
        }

        turn.Record(OneDevice, await MeasureAsync(turn, run, users[..1], perDevice, cancellationToken), "/s");
        turn.Record(AllDevices, await MeasureAsync(turn, run, users[1..], perDevice, cancellationToken), "/s");
    }

    private static async Task<double> MeasureAsync(Turn turn, uint run, string[] users, int perDevice, CancellationToken cancellationToken)
    {
        turn.Tell($"{users.Length} device(s) catch up");
        var expected = (long)perDevice * users.Length;
        var arrivals = new Arrivals(expected);
        var options = turn.Crowd with { Load = arrivals, ReceiveBuffer = 64 * 1024 };
        var start = Clock.Now;
        await using var crowd = await Crowd.OpenAsync(turn.Target, run, users, options, cancellationToken);
        var replays = turn.Target.Kind == TargetKind.Bare
            ? crowd.Connections.Select(c => c.InvokeAsync("Replay", ReplayOf(run, c, perDevice), cancellationToken)).ToArray()
            : [];
        await Task.WhenAny(arrivals.Complete, Task.Delay(Limit, TimeProvider.System, cancellationToken));
        await Task.WhenAll(replays);
        turn.RemarkOn(crowd.Tally, expected - arrivals.Count);
        return arrivals.Count / Clock.Seconds(start, arrivals.Last);
    }

    private static string ReplayOf(uint run, ChatConnection connection, int count)
    {
        Span<byte> prefix = stackalloc byte[MessageId.Length];
        MessageId.Write(prefix, run, connection.Index, 0);
        var id = Encoding.ASCII.GetString(prefix[..(2 * MessageId.NumberLength)]);
        return $"{{\"conversation\":\"replay\",\"idPrefix\":\"{id}\",\"count\":{count},\"batch\":{BatchSize},\"window\":{ReplayWindow},\"textLength\":{Pairs.TextLength}}}";
    }

    /// <summary>The devices show up once, so that their cursors exist; then everything is sent while they are away.</summary>
    private static async Task PrepareAsync(Turn turn, uint run, string[] users, int perDevice, CancellationToken cancellationToken)
    {
        var first = await Crowd.OpenAsync(turn.Target, run, users, turn.Crowd, cancellationToken);
        await first.DisposeAsync();

        string[] senders = [.. Enumerable.Range(0, Senders).Select(i => $"s{run:x8}-{i}")];
        await using var crowd = await Crowd.OpenAsync(turn.Target, run, senders, turn.Crowd, cancellationToken);
        long stored = 0;
        var sending = crowd.Connections.Select(async connection =>
        {
            var conversations = new List<string>();
            foreach (var user in users)
            {
                conversations.Add(await Pairs.CreateAsync(connection, ConversationKinds.Direct, [user], cancellationToken));
            }

            var number = 0u;
            for (var left = perDevice / Senders; left > 0; left -= BatchSize)
            {
                foreach (var conversation in conversations)
                {
                    var count = Math.Min(BatchSize, left);
                    await connection.InvokeAsync("SendBatch", Batch(run, connection, conversation, number, count), cancellationToken);
                    number += (uint)count;
                    turn.Tell($"backlog {Interlocked.Add(ref stored, count):#,0}");
                }
            }
        });
        await Task.WhenAll(sending);
    }

    private static string Batch(uint run, ChatConnection connection, string conversation, uint first, int count)
    {
        var items = new StringBuilder("{\"items\":[");
        Span<byte> id = stackalloc byte[MessageId.Length];
        for (var i = 0u; i < count; i++)
        {
            MessageId.Write(id, run, connection.Index, first + i);
            items.Append(i == 0 ? "" : ",").Append(SendTemplate.Item(Encoding.ASCII.GetString(id), conversation, Pairs.TextLength));
        }

        return items.Append("]}").ToString();
    }

    /// <summary>Counts what arrives until all of it has.</summary>
    private sealed class Arrivals(long expected) : ILoad
    {
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _count;
        private long _last;

        public Task Complete => _complete.Task;

        public long Count => Volatile.Read(ref _count);

        public long Last => Volatile.Read(ref _last);

        public void OnReceipt(ChatConnection connection, uint number, bool ok, long now)
        {
            // Nobody sends here.
        }

        public void OnEvent(ChatConnection connection, uint sender, uint number, long now)
        {
            Volatile.Write(ref _last, now);
            if (Interlocked.Increment(ref _count) == expected)
            {
                _complete.TrySetResult();
            }
        }
    }
}
