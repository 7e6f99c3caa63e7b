using Chat.Contracts.Management;
using Chat.Server.Failpoints;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Views;

/// <summary>The losses that are pretended in every worker of the node. Each worker ends them by itself; here is what is shown, and what one that starts is told.</summary>
internal sealed class FaultDesk(IWorkerCommands commands, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (FaultOrder Order, ITimer Timer)> _on = new(StringComparer.Ordinal);

    public IReadOnlyList<FaultView> Current
    {
        get
        {
            lock (_lock)
            {
                var now = time.GetUtcNow();
                return
                [
                    .. _on.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new FaultView
                    {
                        Id = f.Key,
                        Until = f.Value.Order.Until,
                        SecondsLeft = Math.Max(0, (f.Value.Order.Until - now).TotalSeconds),
                        Milliseconds = f.Value.Order.Milliseconds is > 0 and var more ? more : null,
                    }),
                ];
            }
        }
    }

    /// <summary>From now on; what is pretended already gets this end instead.</summary>
    public void Begin(string id, TimeSpan @for, int milliseconds)
    {
        lock (_lock)
        {
            ForgetLocked(id);
            var order = new FaultOrder(time.GetUtcNow() + @for, milliseconds);
            _on[id] = (order, time.CreateTimer(_ => EndThis(id, order), null, @for, Timeout.InfiniteTimeSpan));
            commands.Set(FaultOrder.KeyOf(id), order.ToText());
        }
    }

    /// <summary>False: it was not pretended.</summary>
    public bool End(string id)
    {
        lock (_lock)
        {
            return EndLocked(id);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (_, timer) in _on.Values)
            {
                timer.Dispose();
            }

            _on.Clear();
        }
    }

    // A timer that was too late to be stopped must not end the next one.
    private void EndThis(string id, FaultOrder order)
    {
        lock (_lock)
        {
            if (_on.TryGetValue(id, out var on) && on.Order == order)
            {
                EndLocked(id);
            }
        }
    }

    private bool EndLocked(string id)
    {
        if (!ForgetLocked(id))
        {
            return false;
        }

        commands.Set(FaultOrder.KeyOf(id), null);
        return true;
    }

    private bool ForgetLocked(string id)
    {
        if (!_on.Remove(id, out var on))
        {
            return false;
        }

        on.Timer.Dispose();
        return true;
    }
}
