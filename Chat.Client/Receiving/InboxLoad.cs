namespace Chat.Client.Receiving;

/// <summary>How many events of all conversations wait for their handlers, and how many may.</summary>
internal sealed class InboxLoad(int capacity)
{
    // One conversation whose handler is stuck must leave room for the others.
    private readonly int _share = Math.Max(1, capacity / 4);
    private int _waiting;

    public bool HasRoom => Volatile.Read(ref _waiting) < capacity;

    /// <summary>Whether a conversation of which so many wait may take one more.</summary>
    public bool HasRoomFor(int waiting) => waiting < _share && HasRoom;

    public bool IsIdle => Volatile.Read(ref _waiting) == 0;

    public void Up() => Interlocked.Increment(ref _waiting);

    public void Down() => Interlocked.Decrement(ref _waiting);
}
