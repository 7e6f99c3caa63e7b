using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Chat.Contracts;
using Chat.Server.Backplane;
using Chat.Server.Backplane.Failover;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Delivery.Nodes;

/// <summary>Several whole servers in this process, on one PostgreSQL and, unless told otherwise, one Redis.</summary>
internal sealed class NodeBed : IAsyncDisposable
{
    /// <summary>Settings under which the journal is read only when something wakes its reader.</summary>
    public static readonly string[] NeverPolls = ["Delivery:FollowInterval=00:10:00", "Delivery:SweepInterval=00:10:00"];

    private NodeBed(List<ChatNode> nodes) => Nodes = nodes;

    public List<ChatNode> Nodes { get; }

    public ChatNode this[int index] => Nodes[index];

    /// <summary>Started, and in the mode that they can have.</summary>
    public static async Task<NodeBed> StartAsync(int count, string database, RedisServer? redis, params string[] settings)
    {
        var nodes = new List<ChatNode>();
        for (var i = 0; i < count; i++)
        {
            nodes.Add(await ChatNode.StartAsync(
                [$"ConnectionStrings:Chat={database}", $"ConnectionStrings:Redis={redis?.ConnectionString}", .. settings]));
        }

        var bed = new NodeBed(nodes);
        if (redis is not null)
        {
            await bed.WaitForModeAsync(BackplaneMode.Redis);
        }

        return bed;
    }

    public async Task WaitForModeAsync(BackplaneMode mode)
    {
        foreach (var node in Nodes)
        {
            await Eventually.EqualAsync(mode, () => node.Bus.Status.Mode, "the mode", TimeSpan.FromMinutes(1));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }
    }
}

/// <summary>One of them.</summary>
internal sealed class ChatNode : IAsyncDisposable
{
    private readonly MeterListener _meters = new();
    private readonly ConcurrentDictionary<string, long> _counters = new();
    private readonly LossyBus _bus;

    private ChatNode(InProcessServer server)
    {
        Server = server;
        _bus = (LossyBus)server.Services.GetRequiredService<IBackplane>();
        var factory = server.Services.GetRequiredService<IMeterFactory>();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => _counters.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _meters.Start();
    }

    public InProcessServer Server { get; }

    public IBackplane Bus => _bus;

    /// <summary>While set, what this node says on the channel is lost on the way.</summary>
    public string? LosesChannel
    {
        set => _bus.Loses = value;
    }

    public static async Task<ChatNode> StartAsync(string[] settings) => new(await InProcessServer.StartAsync(
        builder => builder.Services.AddSingleton<IBackplane>(s => new LossyBus(s.GetRequiredService<FailoverBackplane>())), settings));

    public long Counter(string name) => _counters.GetValueOrDefault(name);

    /// <summary>A connection whose catch-up has ended: what comes from now on comes as it happens.</summary>
    public async Task<WireClient> ConnectAsync(string user, string? device = null)
    {
        var client = await Server.ConnectAsync(user, device);
        await client.NoticeAsync(NoticeKinds.Welcome);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Loses what it is told to lose, as Redis would: the sender is not told.</summary>
    private sealed class LossyBus(IBackplane inner) : IBackplane
    {
        public string? Loses { get; set; }

        public BackplaneStatus Status => inner.Status;

        public event Action<BackplaneStatus>? ModeChanged
        {
            add => inner.ModeChanged += value;
            remove => inner.ModeChanged -= value;
        }

        public bool Publish(string channel, ReadOnlyMemory<byte> payload) => Loses == channel || inner.Publish(channel, payload);

        public IBackplaneSubscription Subscribe(string channel, BackplaneHandler handler) => inner.Subscribe(channel, handler);

        public IDisposable OnRestoring(Func<CancellationToken, Task> hook) => inner.OnRestoring(hook);
    }
}
