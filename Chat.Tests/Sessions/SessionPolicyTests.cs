using Chat.Server.Sessions;
using Xunit;

namespace Chat.Tests.Sessions;

public sealed class SessionPolicyTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Notice = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(5, 5)]
    [InlineData(1, 1)]
    [InlineData(0, 30)]
    [InlineData(-10, 20)]
    public void EndOf_IsTheTokensOwn_OrWhatToleranceLeaves(int expires, int end) =>
        Assert.Equal(Now.AddSeconds(end), SessionPolicy.EndOf(Now.AddSeconds(expires), Now, Tolerance));

    [Theory]
    [InlineData(3600, 3540)]
    [InlineData(120, 60)]
    [InlineData(5, 2.5)]
    public void NoticeOf_IsAheadOfTheEnd_AndNotInTheFirstHalf(double end, double notice) =>
        Assert.Equal(Now.AddSeconds(notice), SessionPolicy.NoticeOf(Now.AddSeconds(end), Now, Notice));

    [Theory]
    [InlineData(0, false, "Wait")]
    [InlineData(40, false, "Tell")]
    [InlineData(40, true, "Wait")]
    [InlineData(60, true, "End")]
    [InlineData(60, false, "End")]
    public void Judge_TellsOnceThenEnds(int seconds, bool told, string verdict) =>
        Assert.Equal(verdict, SessionPolicy.Judge(Now.AddSeconds(60), Now.AddSeconds(40), told, Now.AddSeconds(seconds)).ToString());
}
