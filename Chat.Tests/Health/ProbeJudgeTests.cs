using Chat.Server.Health;
using Xunit;

namespace Chat.Tests.Health;

public sealed class ProbeJudgeTests
{
    private static readonly HealthOptions Options = new();
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("database", "Unhealthy")]
    [InlineData("redis", "Degraded")]
    public void Judge_DependencyFailedTwice_IsDown(string name, string level)
    {
        var verdict = ProbeJudge.Judge(Facts(name, ProbeResult.Unreachable("connection refused"), failures: 2), Options);

        Assert.Equal((level, "connection refused", false), (verdict.Level.ToString(), verdict.Description, verdict.Connected));
    }

    [Fact]
    public void Judge_DependencyFailedOnce_IsDegradedUntilTheNextCheck()
    {
        var verdict = ProbeJudge.Judge(Facts("database", null, failures: 1), Options);

        Assert.Equal((HealthLevel.Degraded, true), (verdict.Level, verdict.Connected));
    }

    [Fact]
    public void Judge_FirstCheckOfAllFails_IsDownAtOnce()
    {
        var verdict = ProbeJudge.Judge(Facts("database", null, failures: 1, reachedBefore: false), Options);

        Assert.Equal((HealthLevel.Unhealthy, false), (verdict.Level, verdict.Connected));
    }

    [Fact]
    public void Judge_TrafficFailedThreeTimes_IsDownAlthoughTheLastCheckSucceeded()
    {
        var verdict = ProbeJudge.Judge(Facts("database", ProbeResult.Reached(), trafficFailures: 3), Options);

        Assert.Equal((HealthLevel.Unhealthy, false), (verdict.Level, verdict.Connected));
    }

    [Fact]
    public void Judge_AnswersAreSlow_IsDegraded()
    {
        var slow = ProbeJudge.Judge(Facts("database", ProbeResult.Reached(), usual: 501), Options);
        var fast = ProbeJudge.Judge(Facts("database", ProbeResult.Reached(), usual: 500), Options);

        Assert.Equal((HealthLevel.Degraded, "slow: p95 501 ms"), (slow.Level, slow.Description));
        Assert.Equal((HealthLevel.Healthy, "5 ms"), (fast.Level, fast.Description));
    }

    [Theory]
    [InlineData("database")]
    [InlineData("redis")]
    [InlineData("disk")]
    public void Judge_ResultOlderThanFifteenSeconds_IsStale(string name)
    {
        var facts = Facts(name, ProbeResult.Reached());

        Assert.Equal(HealthLevel.Healthy, ProbeJudge.Judge(facts with { Age = TimeSpan.FromSeconds(15) }, Options).Level);
        var stale = ProbeJudge.Judge(facts with { Age = TimeSpan.FromSeconds(15.1) }, Options);
        Assert.Equal(HealthLevel.Unhealthy, stale.Level);
        Assert.StartsWith("stale", stale.Description);
    }

    [Fact]
    public void Judge_NotCheckedYet_IsUnhealthy()
    {
        var verdict = ProbeJudge.Judge(Facts("database", null) with { Age = null }, Options);

        Assert.Equal((HealthLevel.Unhealthy, "not checked yet", false), (verdict.Level, verdict.Description, verdict.Connected));
    }

    [Fact]
    public void Judge_CheckThatIsNotVitalThrows_IsOnlyDegraded()
    {
        var verdict = ProbeJudge.Judge(Facts("disk", null, failures: 1), Options);

        Assert.Equal((HealthLevel.Degraded, "the check failed"), (verdict.Level, verdict.Description));
    }

    [Fact]
    public void Judge_RedisNotConfigured_IsHealthyAndNotADependencyAtAll()
    {
        var verdict = ProbeJudge.Judge(Facts("redis", ProbeResult.NotConfigured), Options);

        Assert.Equal(new ProbeVerdict(HealthLevel.Healthy, "not configured", null), verdict);
    }

    private static ProbeFacts Facts(string name, ProbeResult? last, int failures = 0, bool reachedBefore = true, int trafficFailures = 0, int? usual = null) => new(
        name, last, TimedOut: false, failures, reachedBefore, trafficFailures, Fresh, TimeSpan.FromMilliseconds(5.1),
        usual is { } ms ? TimeSpan.FromMilliseconds(ms) : null);
}
