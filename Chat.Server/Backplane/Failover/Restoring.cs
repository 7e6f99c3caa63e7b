namespace Chat.Server.Backplane.Failover;

/// <summary>One run of what must be done before Redis is trusted again.</summary>
internal sealed class Restoring
{
    private readonly CancellationTokenSource _abandoned;
    private readonly Task _run;
    private bool _failureTaken;

    public Restoring(Func<CancellationToken, Task> restore, TimeSpan limit, TimeProvider time, CancellationToken stoppingToken)
    {
        _abandoned = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        _run = Task.Run(() => RunAsync(restore, limit, time), CancellationToken.None);
    }

    public RestoreProgress Progress => _run switch
    {
        { IsCompletedSuccessfully: true } => RestoreProgress.Completed,
        { IsCompleted: true } => RestoreProgress.Failed,
        _ => RestoreProgress.Running,
    };

    public void Cancel() => _abandoned.Cancel();

    /// <summary>The failure, once; null when there is none or the run was abandoned.</summary>
    public Exception? TakeFailure()
    {
        if (_failureTaken || !_run.IsCompleted)
        {
            return null;
        }

        _failureTaken = true;
        return _abandoned.IsCancellationRequested ? null : _run.Exception?.InnerException;
    }

    private async Task RunAsync(Func<CancellationToken, Task> restore, TimeSpan limit, TimeProvider time)
    {
        // A hook that ignores its token must not hold the mode for ever either.
        await restore(_abandoned.Token).WaitAsync(limit, time, _abandoned.Token);
    }
}
