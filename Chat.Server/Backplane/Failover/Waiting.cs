namespace Chat.Server.Backplane.Failover;

internal static class Waiting
{
    /// <summary>Whether the task ended within the time; its failure is the caller's to look at.</summary>
    public static async Task<bool> WithinAsync(this Task task, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (task.IsCompleted)
        {
            return true;
        }

        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(limit, time, given.Token);
        var first = await Task.WhenAny(task, delay);
        await given.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == task;
    }

    /// <summary>Nobody waits for it; its failure is known from elsewhere and shall not surface as unobserved.</summary>
    public static void Forget(this Task task) =>
        _ = task.ContinueWith(
            static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
