using Chat.Server.Workers;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Supervision;

namespace Chat.Tests.Workers.Supervision;

public sealed class RestartPolicyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly RestartPolicy _policy = new(first: Second, most: 30 * Second, quietTime: 60 * Second);

    [Fact]
    public void Decide_CrashesInARow_FirstAtOnceThenDoublingUpToTheMost()
    {
        var delays = new List<double>();
        var streak = 0;
        for (var crash = 0; crash < 10; crash++)
        {
            var again = Assert.IsType<RestartDecision.StartAgain>(_policy.Decide(Crash(streak)));
            delays.Add(again.Delay.TotalSeconds);
            streak = again.Streak;
        }

        Assert.Equal([0, 1, 2, 4, 8, 16, 30, 30, 30, 30], delays);
        Assert.Equal(10, streak);
    }

    [Fact]
    public void Decide_VeryLongStreak_StaysAtTheMost() =>
        Assert.Equal(new RestartDecision.StartAgain(30 * Second, 5001), _policy.Decide(Crash(5000)));

    [Theory]
    [InlineData(59.9, 16, 6)]
    [InlineData(60, 0, 1)]
    public void Decide_CrashAfterServing_ForgetsTheStreakOnlyAfterAQuietMinute(double served, double delay, int streak) =>
        Assert.Equal(new RestartDecision.StartAgain(delay * Second, streak), _policy.Decide(Crash(5) with { Served = served * Second }));

    [Fact]
    public void Decide_LeftOnRequestButWanted_StartsAtOnceAndKeepsTheStreak() =>
        Assert.Equal(new RestartDecision.StartAgain(TimeSpan.Zero, 3), _policy.Decide(Crash(3) with { Reason = ExitReason.Requested }));

    [Theory]
    [InlineData((int)ExitReason.Crashed)]
    [InlineData((int)ExitReason.Requested)]
    [InlineData((int)ExitReason.RefusedToStart)]
    public void Decide_NotWanted_StaysDown(int reason) =>
        Assert.IsType<RestartDecision.StayDown>(_policy.Decide(Crash(0) with { Reason = (ExitReason)reason, Wanted = false }));

    [Fact]
    public void Decide_ConfigurationRefused_GivesUp() =>
        Assert.IsType<RestartDecision.GiveUp>(_policy.Decide(Crash(0) with { Reason = ExitReason.RefusedToStart, Code = ExitCodes.Configuration }));

    [Theory]
    [InlineData((int)ExitReason.RefusedToStart, ExitCodes.Software)]
    [InlineData((int)ExitReason.Crashed, ExitCodes.Configuration)]
    [InlineData((int)ExitReason.Unrequested, 0)]
    [InlineData((int)ExitReason.Hung, 137)]
    [InlineData((int)ExitReason.OutOfMemory, 137)]
    public void Decide_AnyOtherFault_StartsAgain(int reason, int code) =>
        Assert.Equal(new RestartDecision.StartAgain(TimeSpan.Zero, 1), _policy.Decide(Crash(0) with { Reason = (ExitReason)reason, Code = code }));

    private static EndedProcess Crash(int streak) => new(ExitReason.Crashed, 137, Wanted: true, streak, TimeSpan.Zero);
}
