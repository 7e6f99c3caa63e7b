using System.Buffers.Binary;
using System.Text;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Backplane;

/// <summary>
/// The bus between the workers of one machine, over the supervisor's socket. Handlers run on the relay's own thread, which
/// must not be held up; <see cref="Failover.FailoverBackplane"/>, its only user, takes the message and returns.
/// </summary>
internal sealed class RelayBackplane : IBackplane, IDisposable
{
    private const int NameLength = sizeof(ushort);

    private readonly IWorkerRelay _relay;
    private readonly BackplaneMetrics _metrics;
    private readonly SubscriptionTable _table;

    public RelayBackplane(IWorkerRelay relay, BackplaneMetrics metrics, TimeProvider time, ILogger<SubscriptionTable> logger)
    {
        _relay = relay;
        _metrics = metrics;
        _table = new SubscriptionTable(logger);
        Status = new BackplaneStatus(BackplaneMode.Local, RedisConfigured: false, Reason: null, time.GetUtcNow());
        relay.Received += OnReceived;
    }

    public BackplaneStatus Status { get; }

    /// <summary>Never raised: there is one mode.</summary>
    public event Action<BackplaneStatus>? ModeChanged { add { } remove { } }

    public bool Publish(string channel, ReadOnlyMemory<byte> payload)
    {
        var name = Encoding.UTF8.GetByteCount(channel);
        var frame = new byte[NameLength + name + payload.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(frame, checked((ushort)name));
        Encoding.UTF8.GetBytes(channel, frame.AsSpan(NameLength));
        payload.CopyTo(frame.AsMemory(NameLength + name));
        var sent = _relay.Publish(frame);
        if (sent)
        {
            _metrics.Published(1);
        }
        else
        {
            _metrics.NotPublished(HintLoss.QueueFull);
        }

        return sent;
    }

    public IBackplaneSubscription Subscribe(string channel, BackplaneHandler handler)
    {
        var entry = new BackplaneHandlerEntry(handler);
        _table.Add(channel, entry);
        return new BackplaneSubscription(Task.CompletedTask, () => _table.Remove(channel, entry));
    }

    /// <summary>Nothing is ever restored, so the hook is never called.</summary>
    public IDisposable OnRestoring(Func<CancellationToken, Task> hook) => NoBackplane.Nothing;

    public void Dispose() => _relay.Received -= OnReceived;

    private void OnReceived(ReadOnlyMemory<byte> frame)
    {
        if (frame.Length < NameLength || BinaryPrimitives.ReadUInt16LittleEndian(frame.Span) is var name && frame.Length < NameLength + name)
        {
            _metrics.Lost(HintLoss.Unreadable);
            return;
        }

        _table.Dispatch(Encoding.UTF8.GetString(frame.Span.Slice(NameLength, name)), frame[(NameLength + name)..]);
    }
}
