namespace Chat.Server.Workers.Supervision;

/// <summary>Those who wait for the next start of a child to succeed or fail. Guarded by its slot's lock.</summary>
internal sealed class ReadyWaiters
{
    private readonly List<(int After, TaskCompletionSource<bool> Done)> _waiters = [];

    /// <summary>Of the first start after the given one.</summary>
    public Task<bool> Add(int generation)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters.Add((generation, done));
        return done.Task;
    }

    public void Settle(int generation, bool ready)
    {
        foreach (var (_, done) in _waiters.Where(w => w.After < generation))
        {
            done.TrySetResult(ready);
        }

        _waiters.RemoveAll(w => w.After < generation);
    }

    public void Abandon()
    {
        Settle(int.MaxValue, ready: false);
    }
}
