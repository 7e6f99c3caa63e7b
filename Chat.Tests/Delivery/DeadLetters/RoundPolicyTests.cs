using Chat.Server.Delivery.DeadLetters;
using Xunit;

namespace Chat.Tests.Delivery.DeadLetters;

public sealed class RoundPolicyTests
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(15);

    private static bool HasFailed(double standing, double? passed, double quiet, double? heard, bool oldest = false, bool reported = false) => RoundPolicy.HasFailed(
        new(
            TimeSpan.FromSeconds(standing),
            passed is { } p ? TimeSpan.FromSeconds(p) : null,
            TimeSpan.FromSeconds(quiet),
            heard is { } h ? TimeSpan.FromSeconds(h) : null,
            oldest,
            reported),
        Round);

    [Theory]
    [InlineData(15, true)]
    [InlineData(14.9, false)]
    public void Reported_CountsWhenTheRoundIsOver(double standing, bool failed) =>
        Assert.Equal(failed, HasFailed(standing, passed: null, quiet: 0, heard: null, reported: true));

    [Theory]
    [InlineData(15, 0, true)]
    [InlineData(15, 7.5, true)]
    [InlineData(15, 7.6, false)]
    [InlineData(14, 0, false)]
    public void Passed_CountsWhileTheClientIsHeard(double passed, double heard, bool failed) =>
        Assert.Equal(failed, HasFailed(standing: 100, passed, quiet: 0, heard));

    [Fact]
    public void NeverHeard_NeverCounts() => Assert.False(HasFailed(100, 100, 100, heard: null, oldest: true));

    [Theory]
    [InlineData(true, 15, true)]
    [InlineData(true, 14, false)]
    [InlineData(false, 100, false)]
    public void NothingAcknowledgedAtAll_BlamesOnlyTheOldest(bool oldest, double quiet, bool failed) =>
        Assert.Equal(failed, HasFailed(standing: 100, passed: null, quiet, heard: 0, oldest));

    [Fact]
    public void BusyWithABacklog_InTheOrderInWhichItCame_IsNoFailure() =>
        Assert.False(HasFailed(standing: 600, passed: null, quiet: 1, heard: 0, oldest: true));
}
