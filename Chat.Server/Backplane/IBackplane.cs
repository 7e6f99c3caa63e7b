namespace Chat.Server.Backplane;

/// <summary>
/// Carries small messages between the nodes of one installation and the workers of one machine: a doorbell, not
/// a queue. At most once, no guarantee at all while <see cref="BackplaneStatus.Mode"/> is not
/// <see cref="BackplaneMode.Redis"/>; whatever must not be lost is in the database and is read there again.
/// Nothing here waits for Redis, and a node never gets its own publications back.
/// </summary>
internal interface IBackplane
{
    /// <summary>How messages travel now. Cheap, never blocks.</summary>
    BackplaneStatus Status { get; }

    /// <summary>
    /// The mode changed. Raised by the monitor one change at a time and in order; a handler should only take note.
    /// </summary>
    event Action<BackplaneStatus>? ModeChanged;

    /// <summary>
    /// Hands a message to the bus and returns at once; the payload is copied before that. False when it was dropped
    /// (queue full, nobody to send to): it was a hint, and the loss has been counted.
    /// Messages of one node to one channel arrive in the order of publishing.
    /// </summary>
    bool Publish(string channel, ReadOnlyMemory<byte> payload);

    /// <summary>
    /// Listens to a channel, by its literal name, until the subscription is disposed. Returns at once, works in every
    /// mode and survives every reconnect.
    /// </summary>
    IBackplaneSubscription Subscribe(string channel, BackplaneHandler handler);

    /// <summary>
    /// Registers what must be done before Redis is trusted again: all channels are subscribed when the hook is called,
    /// messages may have been missed before that. "Read the commits since the last known" belongs here. Mode becomes
    /// <see cref="BackplaneMode.Redis"/> only after all hooks have completed; one that fails is called again.
    /// </summary>
    IDisposable OnRestoring(Func<CancellationToken, Task> hook);
}

/// <summary>
/// Called for one message at a time in order, on the bus's own loop: it must neither block nor throw. The payload
/// belongs to the receiver and stays valid.
/// </summary>
internal delegate void BackplaneHandler(string channel, ReadOnlyMemory<byte> payload);

internal interface IBackplaneSubscription : IDisposable
{
    /// <summary>
    /// Completes, never faults, when publications of other nodes that begin now will be received, or when the bus
    /// can't tell because Redis is not in use.
    /// </summary>
    Task Ready { get; }
}
