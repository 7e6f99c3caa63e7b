namespace Chat.Bench.Load;

/// <summary>
/// When the messages of an open-loop run are meant to be sent. Latency is counted from here, not from when the load
/// client got round to sending: a server that stalls then pays for every message that should have gone out meanwhile.
/// </summary>
/// <param name="Start">Time stamp of message 0.</param>
/// <param name="RatePerSecond">Messages a second.</param>
/// <param name="TicksPerSecond">Of the clock that <paramref name="Start"/> comes from.</param>
internal readonly record struct Schedule(long Start, int RatePerSecond, long TicksPerSecond)
{
    /// <summary>Time stamp at which message <paramref name="index"/> is due.</summary>
    public long DueAt(long index) =>
        Start + (index / RatePerSecond * TicksPerSecond) + (index % RatePerSecond * TicksPerSecond / RatePerSecond);
}
