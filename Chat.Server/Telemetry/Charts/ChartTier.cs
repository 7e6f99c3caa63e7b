namespace Chat.Server.Telemetry.Charts;

/// <summary>One fineness of the past.</summary>
internal readonly record struct ChartTier(TimeSpan Step, TimeSpan Kept)
{
    /// <summary>A quarter of an hour by the second, a day by ten seconds, a week by the minute: about 80 KB a line.</summary>
    public static readonly ChartTier[] All =
    [
        new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15)),
        new(TimeSpan.FromSeconds(10), TimeSpan.FromHours(24)),
        new(TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)),
    ];

    public int Points => (int)(Kept / Step);

    public long SlotOf(TimeSpan since) => since.Ticks / Step.Ticks;
}
