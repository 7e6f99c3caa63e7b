namespace Chat.Tests.Support;

/// <summary>Real time, but the wall clock can be set; timers and elapsed time do not notice, as on a real machine.</summary>
internal sealed class JumpingTimeProvider : TimeProvider
{
    private long _ahead;

    /// <summary>How far the wall clock is from the right time.</summary>
    public TimeSpan Ahead
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _ahead));
        set => Interlocked.Exchange(ref _ahead, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
}
