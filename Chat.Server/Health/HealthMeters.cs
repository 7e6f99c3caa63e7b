using System.Diagnostics.Metrics;
using Chat.Server.Telemetry;

namespace Chat.Server.Health;

internal sealed class HealthMeters(HealthMonitor monitor, IMeterFactory meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(TelemetryNames.Of("Health"));
        meter.CreateObservableGauge(
            "chat.dependency.up",
            () => monitor.Dependencies().Select(d => new Measurement<int>(d.Value ? 1 : 0, new KeyValuePair<string, object?>("dependency", d.Key))),
            unit: "",
            "1 when the dependency answers, else 0");
        var took = meter.CreateHistogram<double>("chat.dependency.check.duration", "s", "Time that a check of a dependency took");
        monitor.Took = (name, duration) =>
        {
            if (HealthNames.IsDependency(name))
            {
                took.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("dependency", name));
            }
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
