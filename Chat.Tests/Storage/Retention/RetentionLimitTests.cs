using Chat.Server.Storage.Retention;

namespace Chat.Tests.Storage.Retention;

public sealed class RetentionLimitTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_000_000);

    [Fact]
    public void Count_LeavesSoManyEvents()
    {
        Assert.Equal(7, new RetentionLimit(null, 3, false).ThroughByCount(10));
        Assert.True(new RetentionLimit(null, 30, false).ThroughByCount(10) < 1);
        Assert.Equal(0, new RetentionLimit(TimeSpan.FromDays(1), null, false).ThroughByCount(10));
    }

    [Fact]
    public void Age_BeginsBeforeTheCutoff()
    {
        Assert.Equal(990_000, new RetentionLimit(TimeSpan.FromSeconds(10), null, false).Cutoff(Now));
        Assert.Equal(long.MinValue, new RetentionLimit(null, 3, false).Cutoff(Now));
    }

    [Fact]
    public void TheLastEvent_StaysWhereItIsRetained()
    {
        Assert.Equal(9, new RetentionLimit(TimeSpan.FromSeconds(10), null, KeepsLast: true).Most(10));
        Assert.Equal(10, new RetentionLimit(TimeSpan.FromSeconds(10), null, KeepsLast: false).Most(10));
    }
}
