namespace Chat.Server.Failpoints;

/// <summary>One loss: pretended or not. It ends by itself, also when nobody is left to end it.</summary>
internal sealed class FaultSwitch(string id, TimeProvider time, Action<string, FaultOrder?> told) : IDisposable
{
    private readonly Lock _lock = new();
    private volatile Run? _run;

    public bool IsOn => _run is not null;

    /// <summary>Null while it is off.</summary>
    public FaultOrder? Order => _run?.Order;

    /// <summary>How bad it is; 0 while it is off.</summary>
    public int Milliseconds => Order?.Milliseconds ?? 0;

    /// <summary>Completes when it is over; at once while it is off.</summary>
    public Task Over => _run?.Over.Task ?? Task.CompletedTask;

    /// <summary>What is ordered now; null, and whatever is past or too far ahead: nothing.</summary>
    public void Follow(FaultOrder? order)
    {
        lock (_lock)
        {
            if (order == _run?.Order)
            {
                return;
            }

            var left = order is null ? TimeSpan.Zero : order.Until - time.GetUtcNow();
            if (order is null || left <= TimeSpan.Zero || left > FaultOrder.Longest)
            {
                EndLocked();
                return;
            }

            // Who waits for the end of the old one waits for that of the new one.
            var over = _run?.Over ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _run?.Timer.Dispose();
            _run = new(order, over, time.CreateTimer(_ => End(order), null, left, Timeout.InfiniteTimeSpan));
        }

        told(id, order);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            EndLocked();
        }
    }

    private void End(FaultOrder order)
    {
        lock (_lock)
        {
            if (_run?.Order == order)
            {
                EndLocked();
            }
        }
    }

    private void EndLocked()
    {
        if (_run is { } run)
        {
            _run = null;
            run.Timer.Dispose();
            run.Over.TrySetResult();
            told(id, null);
        }
    }

    private sealed record Run(FaultOrder Order, TaskCompletionSource Over, ITimer Timer);
}
