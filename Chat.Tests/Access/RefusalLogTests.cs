using Chat.Server.Access;
using Chat.Tests.Support;

namespace Chat.Tests.Access;

public sealed class RefusalLogTests
{
    [Fact]
    public void IsDue_AFlood_IsAFewLinesThatSayHowManyThereWere()
    {
        var time = new ManualTimeProvider();
        var log = new RefusalLog(time);

        var written = Enumerable.Range(0, 1_000).Count(_ => log.IsDue("token", out var none) && none == 0);
        Assert.Equal(RefusalLog.AtOnce, written);
        Assert.True(log.IsDue("origin", out _));

        time.Advance(TimeSpan.FromSeconds(11));
        Assert.True(log.IsDue("token", out var leftOut));
        Assert.Equal(1_000 - RefusalLog.AtOnce, leftOut);
        Assert.False(log.IsDue("token", out _));
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.True(log.IsDue("token", out leftOut));
        Assert.Equal(1, leftOut);
    }
}
