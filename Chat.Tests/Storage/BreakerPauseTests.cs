using Chat.Server.Storage;

namespace Chat.Tests.Storage;

public sealed class BreakerPauseTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    [Fact]
    public void Before_RelapseUponRelapse_GrowsToFourIntervalsAndNoFurther()
    {
        var pauses = new List<double>();
        var relapses = BreakerPause.Relapses(0, null);
        for (var loss = 0; loss < 6; loss++)
        {
            pauses.Add(BreakerPause.Before(relapses, Interval).TotalSeconds);
            relapses = BreakerPause.Relapses(relapses, TimeSpan.FromSeconds(0.1));
        }

        Assert.Equal([0, 1, 2, 4, 4, 4], pauses);
    }

    [Fact]
    public void Relapses_AfterGoodTimes_BeginAnew() =>
        Assert.Equal(TimeSpan.Zero, BreakerPause.Before(BreakerPause.Relapses(3, TimeSpan.FromSeconds(10)), Interval));
}
