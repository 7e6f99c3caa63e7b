using Chat.Bench.Load;

namespace Chat.Tests.Bench;

public class ScheduleTests
{
    [Fact]
    public void DueAt_WholeSeconds_AreExact()
    {
        var schedule = new Schedule(Start: 1000, RatePerSecond: 3, TicksPerSecond: 1_000_000_000);

        Assert.Equal(1000, schedule.DueAt(0));
        Assert.Equal(1000 + 333_333_333, schedule.DueAt(1));
        Assert.Equal(1000 + 1_000_000_000, schedule.DueAt(3));
    }

    [Fact]
    public void DueAt_AfterHours_HasNotDrifted()
    {
        var schedule = new Schedule(0, 7, 1_000_000_000);

        Assert.Equal(86_400L * 1_000_000_000, schedule.DueAt(86_400 * 7));
    }
}
