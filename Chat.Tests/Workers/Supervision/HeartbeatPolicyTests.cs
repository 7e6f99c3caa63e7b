using Chat.Server.Workers;
using Chat.Server.Workers.Supervision;

namespace Chat.Tests.Workers.Supervision;

public sealed class HeartbeatPolicyTests
{
    [Theory]
    [InlineData(2.9, true, 1000, (int)HeartbeatVerdict.Fine)]
    [InlineData(3, true, 1000, (int)HeartbeatVerdict.Unresponsive)]
    [InlineData(14.9, true, 1000, (int)HeartbeatVerdict.Unresponsive)]
    [InlineData(15, true, 1000, (int)HeartbeatVerdict.Hung)]
    [InlineData(15, false, 16, (int)HeartbeatVerdict.Hung)]
    [InlineData(0, false, 119, (int)HeartbeatVerdict.Fine)]
    [InlineData(0, false, 120, (int)HeartbeatVerdict.NeverReady)]
    public void Decide_DefaultOptions(double silent, bool ready, double age, int verdict) =>
        Assert.Equal((HeartbeatVerdict)verdict, HeartbeatPolicy.Decide(TimeSpan.FromSeconds(silent), ready, TimeSpan.FromSeconds(age), new WorkersOptions()));
}
