using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chat.Server.Backplane;

/// <summary>Redis lost is degraded, never unhealthy; Redis not configured is healthy.</summary>
internal sealed class BackplaneHealthCheck(IBackplane backplane, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = backplane.Status;
        var data = new Dictionary<string, object>
        {
            ["configured"] = status.RedisConfigured,
            ["connected"] = status.Mode == BackplaneMode.Redis,
            ["mode"] = BackplaneMetrics.Name(status.Mode),
            ["since"] = status.Since,
        };
        return Task.FromResult(status switch
        {
            { RedisConfigured: false } => HealthCheckResult.Healthy("not configured", data),
            { Degraded: false } => HealthCheckResult.Healthy("in use", data),
            _ => HealthCheckResult.Degraded(Describe(status), exception: null, data),
        });
    }

    private string Describe(BackplaneStatus status) =>
        $"{status.Reason} for {(long)(time.GetUtcNow() - status.Since).TotalSeconds} s; "
        + (status.Mode == BackplaneMode.Database ? "other nodes learn from the database" : "only this machine's workers hear each other");
}
