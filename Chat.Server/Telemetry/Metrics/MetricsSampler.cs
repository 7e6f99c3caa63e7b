using Microsoft.Extensions.Options;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>Is told after every sample of the node's numbers.</summary>
internal interface IMetricsObserver
{
    void Sampled(MetricsView view);
}

/// <summary>Samples the node's numbers and tells the observers at once, so that an alert is not late by a second loop's period.</summary>
internal sealed partial class MetricsSampler(
    NodeMetrics node,
    IEnumerable<IMetricsObserver> observers,
    IOptions<TelemetryOptions> options,
    TimeProvider time,
    ILogger<MetricsSampler> logger) : BackgroundService
{
    private readonly IMetricsObserver[] _observers = [.. observers];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SampleEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Step();
        }
    }

    internal void Step()
    {
        try
        {
            var view = node.Sample();
            foreach (var observer in _observers)
            {
                Tell(observer, view);
            }
        }
        catch (Exception e)
        {
            // One sample is lost, the next is a second away; a watcher that stops watching would be worse.
            Log.SampleFailed(logger, e);
        }
    }

    private void Tell(IMetricsObserver observer, MetricsView view)
    {
        try
        {
            observer.Sampled(view);
        }
        catch (Exception e)
        {
            // The others must still be told.
            Log.ObserverFailed(logger, observer.GetType().Name, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3302, LogLevel.Error, "Sampling the metrics failed", EventName = nameof(SampleFailed))]
        public static partial void SampleFailed(ILogger logger, Exception exception);

        [LoggerMessage(3303, LogLevel.Error, "{Observer} failed to take a metrics sample", EventName = nameof(ObserverFailed))]
        public static partial void ObserverFailed(ILogger logger, string observer, Exception exception);
    }
}
