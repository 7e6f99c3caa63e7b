using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Chat.Server.Health;

/// <summary>The framework's own health checks (<c>services.AddHealthChecks()</c>), so that any ready-made one can be used.</summary>
internal sealed class RegisteredChecks(IOptions<HealthCheckServiceOptions> options, IServiceScopeFactory scopes)
{
    public IEnumerable<IHealthProbe> Probes() => options.Value.Registrations.Select(registration => new Registered(registration, scopes));

    private sealed class Registered(HealthCheckRegistration registration, IServiceScopeFactory scopes) : IHealthProbe
    {
        public string Name => registration.Name;

        public IReadOnlyList<string> Tags { get; } = [.. registration.Tags];

        public async Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
        {
            await using var scope = scopes.CreateAsyncScope();
            var check = registration.Factory(scope.ServiceProvider);
            var result = await check.CheckHealthAsync(new HealthCheckContext { Registration = registration }, cancellationToken);
            return Translate(result);
        }
    }

    internal static ProbeResult Translate(HealthCheckResult result)
    {
        var level = result.Status switch
        {
            HealthStatus.Healthy => HealthLevel.Healthy,
            HealthStatus.Degraded => HealthLevel.Degraded,
            _ => HealthLevel.Unhealthy,
        };
        var data = result.Data.ToDictionary(d => d.Key, d => (object?)d.Value);

        // An optional dependency that is not configured is neither connected nor lost. The exception stays unread: it is not for readers.
        bool? connected = data.GetValueOrDefault("configured") is false
            ? null
            : data.GetValueOrDefault("connected") as bool? ?? level != HealthLevel.Unhealthy;
        return new ProbeResult(level, result.Description ?? "", connected, data);
    }
}
