using Chat.Client.Connecting;
using Chat.Contracts;

namespace Chat.Tests.Client.Connecting;

public sealed class ReconnectPolicyTests
{
    private static readonly ReconnectPolicy Policy = new(
        new BackOff(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30)), unauthenticatedDelay: TimeSpan.FromSeconds(60));

    [Fact]
    public void Decide_WhenLost_WaitsARandomPartOfTheBound()
        => Assert.Equal(TimeSpan.FromSeconds(1), Wait(new SessionEnd.Lost(null), new FailureCount(2, 0), random: 0.5));

    [Fact]
    public void Decide_WhenTheServerNamesAWait_AddsTheJitterOnTop()
        => Assert.Equal(TimeSpan.FromSeconds(7.25), Wait(new SessionEnd.NotConnected(new IOException(), false, TimeSpan.FromSeconds(7)), default, random: 0.5));

    [Fact]
    public void Decide_WhenByeNamesAWait_HonoursIt()
        => Assert.Equal(TimeSpan.FromSeconds(3), Wait(new SessionEnd.SaidBye(ErrorCodes.TooManyConnections, true, TimeSpan.FromSeconds(3)), default, random: 0));

    [Fact]
    public void Decide_AtTheDrainSlot_ReconnectsAtOnce()
        => Assert.Equal(TimeSpan.Zero, Wait(new SessionEnd.SlotReached(), new FailureCount(5, 0), random: 1));

    [Fact]
    public void Decide_AfterAFirstRefusalOfTheToken_TriesAFreshOneAtTheUsualPace()
        => Assert.Equal(TimeSpan.FromSeconds(0.5), Wait(Refused, default, random: 1));

    [Fact]
    public void Decide_WhileTheTokenIsRefusedAgain_TriesSlowly()
        => Assert.Equal(TimeSpan.FromSeconds(45), Wait(Refused, new FailureCount(1, 1), random: 0.5));

    [Fact]
    public void Decide_WhenByeSaysNotToRetry_GivesUpWithItsCode()
        => Assert.Equal(
            new ReconnectDecision.GiveUp(ErrorCodes.Disconnected),
            Policy.Decide(new SessionEnd.SaidBye(ErrorCodes.Disconnected, false, null), default, 0.5));

    [Fact]
    public void CountIn_AfterAStableConnection_BeginsAnew()
        => Assert.Equal(new FailureCount(1, 0), ReconnectPolicy.CountIn(new SessionEnd.Lost(null), new FailureCount(9, 0), wasStable: true));

    [Fact]
    public void CountIn_AfterAShortConnection_GoesOnCounting()
        => Assert.Equal(new FailureCount(10, 0), ReconnectPolicy.CountIn(new SessionEnd.Lost(null), new FailureCount(9, 0), wasStable: false));

    private static SessionEnd Refused => new SessionEnd.NotConnected(new IOException(), Unauthenticated: true, null);

    private static TimeSpan Wait(SessionEnd end, FailureCount before, double random)
        => Assert.IsType<ReconnectDecision.Retry>(Policy.Decide(end, before, random)).In;
}
