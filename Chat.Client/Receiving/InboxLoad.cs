namespace Chat.Client.Receiving;

/// <summary>How many events of all conversations wait for their handlers.</summary>
internal sealed class InboxLoad(int capacity)
{
    private int _waiting;

    public bool HasRoom => Volatile.Read(ref _waiting) < capacity;

    public bool IsIdle => Volatile.Read(ref _waiting) == 0;

    public void Up() => Interlocked.Increment(ref _waiting);

    public void Down() => Interlocked.Decrement(ref _waiting);
}
