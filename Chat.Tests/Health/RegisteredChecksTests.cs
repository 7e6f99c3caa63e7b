using Chat.Server.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace Chat.Tests.Health;

public sealed class RegisteredChecksTests
{
    [Fact]
    public void Translate_OptionalDependencyThatIsNotConfigured_IsNeitherConnectedNorLost()
    {
        var result = RegisteredChecks.Translate(HealthCheckResult.Healthy("not configured", new Dictionary<string, object> { ["configured"] = false, ["connected"] = false }));

        Assert.Equal((HealthLevel.Healthy, null), (result.Level, result.Connected));
    }

    [Fact]
    public void Translate_BusThatFellBack_IsDegradedAndNotConnected()
    {
        var result = RegisteredChecks.Translate(HealthCheckResult.Degraded(
            "lost for 3 s; other nodes learn from the database", exception: null, new Dictionary<string, object> { ["configured"] = true, ["connected"] = false }));

        Assert.Equal((HealthLevel.Degraded, false, "lost for 3 s; other nodes learn from the database"), (result.Level, result.Connected, result.Description));
    }

    [Fact]
    public void Translate_CheckWithAnException_LeavesItUnread()
    {
        var result = RegisteredChecks.Translate(HealthCheckResult.Unhealthy("refused", new InvalidOperationException("Password=hunter2")));

        Assert.Equal((HealthLevel.Unhealthy, false, "refused"), (result.Level, result.Connected, result.Description));
        Assert.Empty(result.Data!);
    }
}
