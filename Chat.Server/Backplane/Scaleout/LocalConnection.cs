using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>
/// A connection of this node. Sends to many never wait for it: what its socket does not take at once is counted, and over
/// the bound the connection is closed, since nothing else would bound what is kept for it.
/// </summary>
internal sealed partial class LocalConnection(HubConnectionContext context, int maxPendingWrites, BackplaneMetrics metrics, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _groups = new(StringComparer.Ordinal);
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);
    private int _pending;
    private bool _closed;
    private bool _aborted;

    public HubConnectionContext Context { get; } = context;

    public string Id => Context.ConnectionId;

    public void Post(SerializedHubMessage message)
    {
        if (Volatile.Read(ref _pending) >= maxPendingWrites)
        {
            AbortAsTooSlow();
            return;
        }

        ValueTask write;
        try
        {
            // The caller's token ends the caller's wait. It must not take a message out of the middle of this connection's order.
            write = Context.WriteAsync(message, CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.WriteFailed(logger, e);
            return;
        }

        if (!write.IsCompletedSuccessfully)
        {
            Interlocked.Increment(ref _pending);
            _ = FinishAsync(write);
        }
    }

    /// <summary>False when it is in the group already, or is gone. Joins happen under the gate, so none outlives the connection.</summary>
    public bool TryJoin(string group, Action join)
    {
        lock (_gate)
        {
            if (_closed || !_groups.Add(group))
            {
                return false;
            }

            join();
            return true;
        }
    }

    public void Leave(string group, Action leave)
    {
        lock (_gate)
        {
            if (_groups.Remove(group))
            {
                leave();
            }
        }
    }

    /// <summary>False when the connection is gone, so that no result will come.</summary>
    public bool TryAwait(string invocation)
    {
        lock (_gate)
        {
            return !_closed && _awaited.Add(invocation);
        }
    }

    public void NoLongerAwait(string invocation)
    {
        lock (_gate)
        {
            _awaited.Remove(invocation);
        }
    }

    /// <summary>Results that will not come, now that the client is gone; none is awaited afterwards.</summary>
    public IReadOnlyList<string> EndResults()
    {
        lock (_gate)
        {
            _closed = true;
            var left = _awaited.ToList();
            _awaited.Clear();
            return left;
        }
    }

    /// <summary>Groups that it was in; it joins none afterwards.</summary>
    public IReadOnlyList<string> EndGroups()
    {
        lock (_gate)
        {
            _closed = true;
            var left = _groups.ToList();
            _groups.Clear();
            return left;
        }
    }

    private async Task FinishAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (Exception e)
        {
            Log.WriteFailed(logger, e);
        }

        Interlocked.Decrement(ref _pending);
    }

    private void AbortAsTooSlow()
    {
        if (!Interlocked.Exchange(ref _aborted, true))
        {
            metrics.SlowConnectionAborted();
            Log.TooSlow(logger, Id);
            Context.Abort();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2020, LogLevel.Debug, "A write to a connection failed.")]
        public static partial void WriteFailed(ILogger logger, Exception e);

        [LoggerMessage(2021, LogLevel.Information, "Connection {ConnectionId} is closed: it does not take what is sent to it.")]
        public static partial void TooSlow(ILogger logger, string connectionId);
    }
}
