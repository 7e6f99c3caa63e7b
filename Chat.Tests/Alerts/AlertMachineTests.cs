using Chat.Server.Alerts;
using Chat.Server.Alerts.Rules;
using Xunit;

namespace Chat.Tests.Alerts;

public sealed class AlertMachineTests
{
    private static readonly RuleSettings Waits = new(Breach.Above, 5, For: TimeSpan.FromSeconds(10), KeepFiringFor: TimeSpan.FromSeconds(30));
    private static readonly RuleSettings AtOnce = Waits with { For = TimeSpan.Zero };

    [Theory]
    [InlineData(null, false, 0, 0, "None")]
    [InlineData(null, true, 0, 0, "BecomePending")]
    [InlineData("Pending", true, 9.9, 0, "StayPending")]
    [InlineData("Pending", true, 10, 0, "Fire")]
    [InlineData("Pending", false, 9, 1, "Drop")]
    [InlineData("Firing", true, 99, 0, "StayFiring")]
    [InlineData("Firing", false, 99, 29.9, "Linger")]
    [InlineData("Firing", false, 99, 30, "Resolve")]
    public void Next_InEachState_GoesWhereItShould(string? phase, bool breached, double held, double gone, string expected) => Assert.Equal(
        expected,
        AlertMachine.Next(phase is null ? null : Enum.Parse<AlertPhase>(phase), breached, TimeSpan.FromSeconds(held), TimeSpan.FromSeconds(gone), Waits).ToString());

    [Fact]
    public void Next_RuleThatDoesNotWait_FiresAtFirstSight() =>
        Assert.Equal(AlertStep.Fire, AlertMachine.Next(null, true, TimeSpan.Zero, TimeSpan.Zero, AtOnce));

    [Fact]
    public void IsBreached_ExactlyTheThreshold_IsNot()
    {
        Assert.False(Waits.IsBreached(5, firing: false));
        Assert.True(Waits.IsBreached(5.01, firing: false));
        Assert.False((Waits with { Breach = Breach.Below }).IsBreached(5, firing: false));
        Assert.True((Waits with { Breach = Breach.Below }).IsBreached(4.99, firing: false));
    }

    [Fact]
    public void IsBreached_WithResolveThreshold_EndsOnlyBeyondIt()
    {
        var settings = Waits with { Threshold = 0.8, ResolveThreshold = 0.75 };

        Assert.False(settings.IsBreached(0.78, firing: false));
        Assert.True(settings.IsBreached(0.78, firing: true));
        Assert.False(settings.IsBreached(0.75, firing: true));
    }

    [Fact]
    public void With_ChangedThresholdOnTheOtherSideOfTheResolveThreshold_DropsTheLatter()
    {
        var settings = (Waits with { Threshold = 0.8, ResolveThreshold = 0.75 }).With(configured: null, new RuleChange(Threshold: 0.6));

        Assert.Equal((0.6, null), (settings.Threshold, settings.ResolveThreshold));
    }
}
