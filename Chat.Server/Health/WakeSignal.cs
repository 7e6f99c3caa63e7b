namespace Chat.Server.Health;

/// <summary>Lets a loop wait for its period or be woken before.</summary>
internal sealed class WakeSignal
{
    private readonly SemaphoreSlim _wakes = new(0, 1);

    public void Set()
    {
        try
        {
            _wakes.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is already being woken.
        }
    }

    public async Task WaitAsync(TimeSpan period, TimeProvider time, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pause = Task.Delay(period, time, either.Token);
        var wake = _wakes.WaitAsync(either.Token);
        await Task.WhenAny(pause, wake);
        await either.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
