using Chat.Server.Backplane.Failover;
using Xunit;

namespace Chat.Tests.Backplane.Failover;

public sealed class DebouncedTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1);

    [Fact]
    public void See_DifferentForAWhile_ChangesThen()
    {
        var value = new Debounced(true);

        value = value.See(false, Hold, TimeSpan.FromSeconds(5));
        Assert.True(value.Value);
        value = value.See(false, Hold, TimeSpan.FromSeconds(5.9));
        Assert.True(value.Value);
        value = value.See(false, Hold, TimeSpan.FromSeconds(6));
        Assert.False(value.Value);
    }

    [Fact]
    public void See_DifferentForAMoment_NeverChanges()
    {
        var value = new Debounced(true);

        for (var second = 0.0; second < 60; second += 0.5)
        {
            value = value.See(second % 1 == 0, Hold, TimeSpan.FromSeconds(second));
            Assert.True(value.Value);
        }
    }
}
