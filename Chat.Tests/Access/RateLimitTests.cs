using Chat.Server.Access;
using Chat.Tests.Support;

namespace Chat.Tests.Access;

public sealed class RateLimitTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void TryTake_FullBucket_GivesTheBurstAndThenTellsWhenTheNextIsThere()
    {
        var limit = new RateLimit(perSecond: 200, burst: 1_000, _time);
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True(limit.TryTake("alice", 1, out _));
        }

        Assert.False(limit.TryTake("alice", 1, out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(5), wait);
    }

    [Fact]
    public void TryTake_AfterTheToldWait_Succeeds()
    {
        var limit = new RateLimit(perSecond: 10, burst: 5, _time);
        Assert.True(limit.TryTake("alice", 5, out _));
        Assert.False(limit.TryTake("alice", 2, out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(200), wait);

        _time.Advance(wait - TimeSpan.FromTicks(1));
        Assert.False(limit.TryTake("alice", 2, out _));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(limit.TryTake("alice", 2, out _));
    }

    [Fact]
    public void TryTake_RefusedBatch_TakesNothing()
    {
        var limit = new RateLimit(perSecond: 1, burst: 10, _time);
        Assert.True(limit.TryTake("alice", 4, out _));
        Assert.False(limit.TryTake("alice", 7, out _));
        Assert.True(limit.TryTake("alice", 6, out _));
    }

    [Fact]
    public void TryTake_LongPause_FillsNoMoreThanTheBurst()
    {
        var limit = new RateLimit(perSecond: 10, burst: 5, _time);
        Assert.True(limit.TryTake("alice", 5, out _));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(limit.TryTake("alice", 5, out _));
        Assert.False(limit.TryTake("alice", 1, out _));
    }

    [Fact]
    public void TryTake_MoreThanABucketHolds_PassesAFullBucket()
    {
        var limit = new RateLimit(perSecond: 10, burst: 5, _time);
        Assert.True(limit.TryTake("alice", 50, out _));
        Assert.False(limit.TryTake("alice", 1, out _));
    }

    [Fact]
    public void TryTake_OtherKey_IsCountedApart()
    {
        var limit = new RateLimit(perSecond: 1, burst: 1, _time);
        Assert.True(limit.TryTake("alice", 1, out _));
        Assert.False(limit.TryTake("alice", 1, out _));
        Assert.True(limit.TryTake("bob", 1, out _));
    }

    [Fact]
    public void TryTake_RateOfZero_IsNoLimit()
    {
        var limit = new RateLimit(perSecond: 0, burst: 1, _time);
        Assert.True(limit.TryTake("alice", 1_000_000, out _));
        Assert.True(limit.TryTake("alice", 1, out _));
        Assert.Equal(0, limit.Count);
    }

    [Fact]
    public void TryTake_KeysThatAreFullAgain_AreForgotten()
    {
        var limit = new RateLimit(perSecond: 1, burst: 1_000, _time);
        for (var i = 0; i < 100; i++)
        {
            limit.TryTake($"user {i}", 1, out _);
        }

        limit.TryTake("busy", 1_000, out _);
        _time.Advance(TimeSpan.FromMinutes(2));
        limit.TryTake("alice", 1, out _);

        Assert.Equal(2, limit.Count);
        Assert.False(limit.TryTake("busy", 1_000, out _));
    }

    [Fact]
    public void TryTake_ManyAtOnce_GivesExactlyTheBurst()
    {
        var limit = new RateLimit(perSecond: 1, burst: 1_000, _time);
        var given = 0;
        Parallel.For(0, 4_000, _ =>
        {
            if (limit.TryTake("alice", 1, out TimeSpan _))
            {
                Interlocked.Increment(ref given);
            }
        });
        Assert.Equal(1_000, given);
    }
}
