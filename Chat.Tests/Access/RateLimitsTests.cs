using Chat.Server.Access;
using Chat.Tests.Support;

namespace Chat.Tests.Access;

/// <summary>What becomes of who has used how much when limits are changed.</summary>
public sealed class RateLimitsTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Of_ALimitChanged_HoldsAtOnceAndTheOthersRemember()
    {
        var before = RateLimits.Of(new LimitsOptions { SendsPerSecond = 0.001, SendBurst = 2, CallsPerSecond = 0.001, CallBurst = 1 }, _time);
        Assert.True(before.Sends.TryTake("alice", 2, out _));
        Assert.True(before.Calls.TryTake("alice", 1, out _));

        var after = RateLimits.Of(new LimitsOptions { SendsPerSecond = 10, SendBurst = 5, CallsPerSecond = 0.001, CallBurst = 1 }, _time, before);

        // At the old rate alice would have owed half an hour.
        Assert.True(after.Sends.TryTake("alice", 5, out _));
        Assert.False(after.Sends.TryTake("alice", 1, out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(100), wait);
        Assert.Same(before.Calls, after.Calls);
        Assert.False(after.Calls.TryTake("alice", 1, out _));
    }

    [Fact]
    public void Of_ARateOfNothing_IsNoLimit()
    {
        var limits = RateLimits.Of(new LimitsOptions { SendsPerSecond = 1, SendBurst = 1 }, _time);
        var after = RateLimits.Of(new LimitsOptions { SendsPerSecond = 0, SendBurst = 1 }, _time, limits);
        Assert.True(Enumerable.Range(0, 100).All(_ => after.Sends.TryTake("alice", 1, out var _)));
    }
}
