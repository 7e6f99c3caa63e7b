using Chat.Server.Health;
using Chat.Server.Health.Probes;

namespace Chat.Tests.Health;

public sealed class SpoolProbeTests
{
    [Theory]
    [InlineData(0, 0, 0, HealthLevel.Healthy, "empty")]
    [InlineData(3, 7, 0.1, HealthLevel.Degraded, "3 sends wait to be stored, the oldest for 7 s")]
    [InlineData(900, 70, 0.9, HealthLevel.Degraded, "nearly full: 900 sends wait to be stored, the oldest for 70 s")]
    internal void Judge_Spool_IsHealthyOnlyWhenEmpty(long depth, long age, double fill, HealthLevel level, string description)
    {
        var result = SpoolProbe.Judge(depth, age, fill);

        Assert.Equal(level, result.Level);
        Assert.StartsWith(description, result.Description, StringComparison.Ordinal);
        Assert.Equal(depth, result.Data!["depth"]);
    }
}
