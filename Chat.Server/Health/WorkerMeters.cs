using System.Diagnostics.Metrics;
using Chat.Server.Telemetry;

namespace Chat.Server.Health;

/// <summary>The node's view of its workers as metrics. A crash is a counter: a gauge misses a restart that takes a second.</summary>
internal sealed class WorkerMeters(IWorkerFacts facts, IMeterFactory meters) : IHostedService
{
    private static readonly string[] States = ["starting", "healthy", "draining", "unresponsive", "crashed", "backing_off", "failed", "stopped"];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Worker, string Reason), long> _crashes = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(TelemetryNames.Of("Workers"));
        meter.CreateObservableUpDownCounter("chat.worker.count", Counts, "{worker}", "Workers by state");
        meter.CreateObservableGauge("chat.worker.uptime", Uptimes, "s", "Time since the worker's process was started");
        meter.CreateObservableCounter("chat.worker.crash", Crashes, "{crash}", "Unplanned exits of a worker");
        meter.CreateObservableCounter(
            "chat.worker.restart",
            () => facts.Current.Workers.Select(w => new Measurement<long>(w.Restarts, Worker(w.Id))),
            "{restart}",
            "Starts of a worker after its first");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<Measurement<int>> Counts()
    {
        var now = facts.Current;

        // A process without workers is one that is healthy.
        return States.Select(state => new Measurement<int>(
            now.Workers.Count == 0 ? (state == "healthy" ? now.Healthy : 0) : now.Workers.Count(w => w.State == state),
            new KeyValuePair<string, object?>("state", state)));
    }

    private IEnumerable<Measurement<double>> Uptimes() => facts.Current.Workers
        .Where(w => w.Uptime is not null)
        .Select(w => new Measurement<double>(w.Uptime!.Value.TotalSeconds, Worker(w.Id)));

    /// <summary>The facts hold a number and the last reason; what was added since the last look is put to that reason's account.</summary>
    private List<Measurement<long>> Crashes()
    {
        lock (_gate)
        {
            foreach (var worker in facts.Current.Workers)
            {
                var before = _seen.GetValueOrDefault(worker.Id);
                if (worker.Crashes > before || !_seen.ContainsKey(worker.Id))
                {
                    var key = (worker.Id, worker.LastReason.Length > 0 ? worker.LastReason : "exit");
                    _crashes[key] = _crashes.GetValueOrDefault(key) + worker.Crashes - before;
                    _seen[worker.Id] = worker.Crashes;
                }
            }

            return [.. _crashes.Select(c => new Measurement<long>(c.Value, Worker(c.Key.Worker), new KeyValuePair<string, object?>("reason", c.Key.Reason)))];
        }
    }

    private static KeyValuePair<string, object?> Worker(string id) => new("worker.id", id);
}
