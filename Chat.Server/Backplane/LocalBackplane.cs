using System.Collections.Concurrent;

namespace Chat.Server.Backplane;

/// <summary>What several <see cref="LocalBackplane"/>s of one process have in common.</summary>
internal sealed class LocalBus
{
    private readonly ConcurrentDictionary<LocalBackplane, bool> _members = new();

    public void Join(LocalBackplane member) => _members[member] = true;

    public void Leave(LocalBackplane member) => _members.TryRemove(member, out _);

    public bool Deliver(LocalBackplane from, string channel, ReadOnlyMemory<byte> payload)
    {
        var copy = default(ReadOnlyMemory<byte>?);
        var taken = false;
        foreach (var (member, _) in _members)
        {
            if (!ReferenceEquals(member, from) && member.Listens(channel))
            {
                taken |= member.Receive(channel, copy ??= payload.ToArray());
            }
        }

        return taken;
    }
}

/// <summary>The bus between hosts of one process: for tests and for whoever runs several hubs in one program.</summary>
internal sealed class LocalBackplane : IBackplane, IAsyncDisposable
{
    private readonly LocalBus _bus;
    private readonly SubscriptionTable _table;
    private readonly Inbox _inbox;

    public LocalBackplane(LocalBus bus, BackplaneMetrics metrics, TimeProvider time, ILogger<SubscriptionTable> logger)
    {
        _bus = bus;
        _table = new SubscriptionTable(logger);
        _inbox = new Inbox(_table, capacity: 65_536, metrics);
        Status = new BackplaneStatus(BackplaneMode.Local, RedisConfigured: false, Reason: null, time.GetUtcNow());
        bus.Join(this);
    }

    public BackplaneStatus Status { get; }

    /// <summary>Never raised: there is one mode.</summary>
    public event Action<BackplaneStatus>? ModeChanged { add { } remove { } }

    public bool Publish(string channel, ReadOnlyMemory<byte> payload) => _bus.Deliver(this, channel, payload);

    public IBackplaneSubscription Subscribe(string channel, BackplaneHandler handler)
    {
        var entry = new BackplaneHandlerEntry(handler);
        _table.Add(channel, entry);
        return new BackplaneSubscription(Task.CompletedTask, () => _table.Remove(channel, entry));
    }

    /// <summary>Nothing is ever restored, so the hook is never called.</summary>
    public IDisposable OnRestoring(Func<CancellationToken, Task> hook) => NoBackplane.Nothing;

    public bool Listens(string channel) => _table.Contains(channel);

    public bool Receive(string channel, ReadOnlyMemory<byte> payload) => _inbox.Offer(channel, payload);

    public async ValueTask DisposeAsync()
    {
        _bus.Leave(this);
        await _inbox.DisposeAsync();
    }
}
