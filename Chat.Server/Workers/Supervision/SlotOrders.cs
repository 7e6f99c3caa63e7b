namespace Chat.Server.Workers.Supervision;

/// <summary>What is wanted of one place, and the signal that this changed. Guarded by its slot's lock.</summary>
internal sealed class SlotOrders
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A process should be here.</summary>
    public bool Wanted { get; private set; }

    /// <summary>It should, but it refuses; until the next order nothing is tried.</summary>
    public bool GivenUp { get; set; }

    /// <summary>For good.</summary>
    public bool Closed { get; private set; }

    public bool ShouldRun => Wanted && !GivenUp && !Closed;

    /// <summary>Ends with the next order.</summary>
    public Task Changed => _changed.Task;

    public void Want(bool wanted)
    {
        Wanted = wanted && !Closed;
        GivenUp = false;
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    public void Close()
    {
        Closed = true;
        Want(false);
    }
}
