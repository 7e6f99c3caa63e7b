namespace Chat.Server.Storage.Writing;

/// <summary>
/// Follows one append to its real end. <paramref name="told"/> is called by whoever answers it, before the writer does anything else, so that
/// what must not overtake a failed append can be taken back in time. It must not block.
/// </summary>
internal sealed class AppendWatch(Action<AppendOutcome> told)
{
    private readonly TaskCompletionSource<AppendOutcome> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _begun;

    /// <summary>The writer took it into a batch: whether it was taken back or not, <see cref="End"/> will tell what became of it.</summary>
    public bool HasBegun => _begun;

    /// <summary>What the writer made of it.</summary>
    public Task<AppendOutcome> End => _end.Task;

    public void Begin() => _begun = true;

    public void Tell(AppendOutcome outcome)
    {
        if (outcome is not AppendWithdrawn)
        {
            _end.TrySetResult(outcome);
        }

        told(outcome);
    }
}
