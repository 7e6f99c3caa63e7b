namespace Chat.Server.Delivery;

/// <summary>When the connections of a process that goes have their turns, from the beginning of the drain: evenly over its window.</summary>
internal readonly record struct DrainSlots(int Count, TimeSpan Window)
{
    // A client that goes by itself comes back at once. One that is closed cannot tell this from a fault of the whole server, and waits for a random
    // time before it does; so it is given a moment to go.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.25);

    /// <summary>What a client is told.</summary>
    public TimeSpan Told(int index) => (Window - Waits) * ((double)(index + 1) / Count);

    /// <summary>When it is closed if it is still there; the last one's is the end of the window.</summary>
    public TimeSpan Closed(int index) => Told(index) + Waits;

    private TimeSpan Waits => Window > 2 * Patience ? Patience : TimeSpan.Zero;
}
