namespace Chat.Server.Backplane;

internal sealed class BackplaneSubscription(Task ready, Action end) : IBackplaneSubscription
{
    private Action? _end = end;

    public Task Ready { get; } = ready;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
