using Chat.Server.Backplane.Failover;
using Xunit;

namespace Chat.Tests.Backplane.Failover;

public sealed class ReconnectingTests
{
    [Fact]
    public void Due_LostForLong_IsAtOnceThenAtDoublingPauses()
    {
        var reconnecting = new Reconnecting(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));

        Assert.Equal([0, 5, 15, 35, 65, 95], Times(reconnecting, lost: _ => true, 100));
    }

    [Fact]
    public void Due_NotLost_IsNever()
    {
        var reconnecting = new Reconnecting(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));

        Assert.Empty(Times(reconnecting, lost: _ => false, 100));
    }

    [Fact]
    public void Due_LostAgainAfterServing_WaitsTheFirstPauseAgain()
    {
        var reconnecting = new Reconnecting(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));

        Assert.Equal([0, 5, 25, 35], Times(reconnecting, lost: s => s is < 10 or >= 20, 50));
    }

    private static List<int> Times(Reconnecting reconnecting, Func<int, bool> lost, int seconds) =>
        [.. Enumerable.Range(0, seconds).Where(s => reconnecting.Due(lost(s), TimeSpan.FromSeconds(s)))];
}
