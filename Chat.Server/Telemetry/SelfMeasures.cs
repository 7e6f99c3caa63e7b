using System.Diagnostics.Metrics;
using Chat.Server.Telemetry.Logging;
using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Telemetry;

/// <summary>What telemetry itself loses, so that a missing line or number is never silent.</summary>
internal sealed class SelfMeasures(LogPipeline log, IMeterFactory meters, MetricsCollector collector, MetricsHistory? history = null) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        log.Measure(meters);
        var meter = meters.Create(TelemetryNames.Of("Telemetry"));
        meter.CreateObservableCounter("chat.telemetry.callback.failed", () => collector.FailedCallbacks, "{callback}", "Collections in which an instrument's callback threw");
        if (history is not null)
        {
            meter.CreateObservableCounter("chat.telemetry.series.refused", () => history.Refused, "{series}", "Series that found no place in the history");
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
