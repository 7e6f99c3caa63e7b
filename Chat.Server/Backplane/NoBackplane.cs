namespace Chat.Server.Backplane;

/// <summary>No other node and no other worker: nothing is sent, nothing arrives, and that is healthy.</summary>
internal sealed class NoBackplane(TimeProvider time) : IBackplane
{
    public static readonly IBackplaneSubscription Nothing = new BackplaneSubscription(Task.CompletedTask, () => { });

    public BackplaneStatus Status { get; } = new(BackplaneMode.Local, RedisConfigured: false, Reason: null, time.GetUtcNow());

    public event Action<BackplaneStatus>? ModeChanged { add { } remove { } }

    public bool Publish(string channel, ReadOnlyMemory<byte> payload) => false;

    public IBackplaneSubscription Subscribe(string channel, BackplaneHandler handler) => Nothing;

    public IDisposable OnRestoring(Func<CancellationToken, Task> hook) => Nothing;
}
