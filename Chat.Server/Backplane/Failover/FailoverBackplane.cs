using Microsoft.Extensions.Options;

namespace Chat.Server.Backplane.Failover;

/// <summary>
/// The bus of a node: through Redis while that is in use, else between the workers of this machine. Which of the two is
/// told to it by <see cref="LinkMonitor"/>; here are the two ways and the one order in which messages are handed on.
/// </summary>
internal sealed partial class FailoverBackplane : IBackplane, IAsyncDisposable
{
    private readonly IBackplaneTransport _transport;
    private readonly IBackplane _relay;
    private readonly BackplaneNode _node;
    private readonly PublishQueue _queue;
    private readonly SubscriptionSync _sync;
    private readonly SubscriptionTable _table;
    private readonly RoundTripProbe _probe;
    private readonly Inbox _inbox;
    private readonly RestoreHooks _hooks = new();
    private readonly BackplaneMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Dictionary<string, IDisposable> _relayed = new(StringComparer.Ordinal);
    private readonly Lock _changing = new();
    private readonly IBackplaneSubscription _probeSubscription;
    private volatile bool _viaRedis;
    private volatile BackplaneStatus _status;

    public FailoverBackplane(
        IBackplaneTransport transport,
        [FromKeyedServices(BackplaneSetup.WorkerRelay)] IBackplane relay,
        BackplaneNode node,
        PublishQueue queue,
        SubscriptionSync sync,
        SubscriptionTable table,
        RoundTripProbe probe,
        IOptions<BackplaneOptions> options,
        BackplaneMetrics metrics,
        TimeProvider time,
        ILogger<FailoverBackplane> logger)
    {
        _transport = transport;
        _relay = relay;
        _node = node;
        _queue = queue;
        _sync = sync;
        _table = table;
        _probe = probe;
        _metrics = metrics;
        _logger = logger;
        _status = new BackplaneStatus(
            BackplaneMode.Database, transport is not AbsentTransport, transport is AbsentTransport ? null : "not connected yet", time.GetUtcNow())
        {
            HasSiblings = relay is not NoBackplane,
        };
        metrics.StartedIn(_status.Mode);
        _inbox = new Inbox(table, options.Value.InboxMessages, metrics);
        transport.Received += OnReceived;
        _probeSubscription = Subscribe(probe.Channel, static (_, _) => { });
    }

    public event Action<BackplaneStatus>? ModeChanged;

    public BackplaneStatus Status => _status;

    public bool Publish(string channel, ReadOnlyMemory<byte> payload) => _viaRedis
        ? _queue.TryEnqueue(channel, BusFrame.Encode(_node.Id, payload.Span))
        : _relay.Publish(channel, payload);

    public IBackplaneSubscription Subscribe(string channel, BackplaneHandler handler)
    {
        var entry = new BackplaneHandlerEntry(handler);
        lock (_changing)
        {
            if (_table.Add(channel, entry))
            {
                // Both ways end in one inbox, so a handler sees one message at a time whichever way it came.
                _relayed[channel] = _relay.Subscribe(channel, (name, payload) => _inbox.Offer(name, payload));
            }
        }

        return new BackplaneSubscription(_sync.Changed(channel), () => Unsubscribe(channel, entry));
    }

    public IDisposable OnRestoring(Func<CancellationToken, Task> hook) => _hooks.Add(hook);

    /// <summary>Sends through Redis from now on, or no longer.</summary>
    internal void Route(bool throughRedis)
    {
        if (throughRedis)
        {
            _queue.Open();
            _viaRedis = true;
        }
        else
        {
            _viaRedis = false;
            _queue.Close();
            _sync.Release();
        }
    }

    /// <summary>All channels subscribed, then all hooks done.</summary>
    internal async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await _sync.RenewAsync(cancellationToken);
        await _hooks.RunAsync(cancellationToken);
    }

    internal void Report(BackplaneStatus now)
    {
        var before = _status;
        _status = now with { HasSiblings = before.HasSiblings };
        if (before.Mode == now.Mode)
        {
            return;
        }

        _metrics.ModeChanged(before.Mode, now.Mode);
        foreach (var listener in Delegate.EnumerateInvocationList(ModeChanged))
        {
            try
            {
                listener(now);
            }
            catch (Exception e)
            {
                // The monitor must go on whatever a listener does.
                Log.ListenerFailed(_logger, e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Received -= OnReceived;
        _probeSubscription.Dispose();
        await _inbox.DisposeAsync();
    }

    private void Unsubscribe(string channel, BackplaneHandlerEntry entry)
    {
        lock (_changing)
        {
            if (!_table.Remove(channel, entry))
            {
                return;
            }

            _relayed.Remove(channel, out var relaySubscription);
            relaySubscription?.Dispose();
        }

        _ = _sync.Changed(channel);
    }

    private void OnReceived(string channel, ReadOnlyMemory<byte> frame)
    {
        if (!BusFrame.TryDecode(frame, out var sender, out var payload))
        {
            _metrics.Lost(HintLoss.Unreadable);
        }
        else if (sender != _node.Id)
        {
            _inbox.Offer(channel, payload);
        }
        else if (channel == _probe.Channel)
        {
            // Past the inbox, so that a slow listener does not look like a dead Redis.
            _probe.Receive(payload);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Error, "A listener to the backplane's mode threw.", EventName = "BackplaneListenerFailed")]
        public static partial void ListenerFailed(ILogger logger, Exception e);
    }
}
