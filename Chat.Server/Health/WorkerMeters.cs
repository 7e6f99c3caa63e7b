using System.Diagnostics.Metrics;
using Chat.Server.Telemetry;

namespace Chat.Server.Health;

/// <summary>The node's view of its workers as metrics. A crash is a counter: a gauge misses a restart that takes a second.</summary>
internal sealed class WorkerMeters(IWorkerFacts facts, IMeterFactory meters) : IHostedService
{
    private const string Planned = "planned";
    private static readonly string[] States = ["starting", "healthy", "draining", "unresponsive", "crashed", "backing_off", "failed", "stopped"];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Crashes, long Restarts, long Missing)> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Worker, string Reason), long> _crashes = [];
    private readonly Dictionary<(string Worker, string Reason), long> _restarts = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(TelemetryNames.Of("Workers"));
        meter.CreateObservableUpDownCounter("chat.worker.count", Counts, "{worker}", "Workers by state");
        meter.CreateObservableGauge("chat.worker.uptime", Uptimes, "s", "Time since the worker's process was started");
        meter.CreateObservableCounter("chat.worker.crash", () => Read(_crashes), "{crash}", "Unplanned exits of a worker, by reason");
        meter.CreateObservableCounter("chat.worker.restart", () => Read(_restarts), "{restart}", "Starts of a worker after its first, by the reason of the exit before");
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

    /// <summary>The facts hold numbers and the last reason; what was added since the last look is put to that reason's account.</summary>
    private List<Measurement<long>> Read(Dictionary<(string Worker, string Reason), long> account)
    {
        lock (_gate)
        {
            foreach (var worker in facts.Current.Workers)
            {
                LookHoldingLock(worker);
            }

            return [.. account.Select(c => new Measurement<long>(c.Value, Worker(c.Key.Worker), new KeyValuePair<string, object?>("reason", c.Key.Reason)))];
        }
    }

    private void LookHoldingLock(WorkerFact worker)
    {
        var reason = worker.LastReason.Length > 0 ? worker.LastReason : "exit";
        var isNew = !_seen.TryGetValue(worker.Id, out var before);
        var crashed = worker.Crashes - before.Crashes;
        var started = worker.Restarts - before.Restarts;

        // As many starts as there were crashes that none had followed yet are for the crash; the others were ordered.
        var missing = before.Missing + crashed;
        var forCrash = Math.Min(started, missing);
        Add(_crashes, reason, crashed);
        Add(_restarts, Planned, started - forCrash);
        if (forCrash > 0)
        {
            Add(_restarts, reason, forCrash);
        }

        _seen[worker.Id] = (worker.Crashes, worker.Restarts, missing - forCrash);

        // A series begins with what is known first, zero mostly: of one that begins with 1 nobody sees the rise.
        void Add(Dictionary<(string Worker, string Reason), long> account, string why, long count)
        {
            if (isNew || count > 0)
            {
                account[(worker.Id, why)] = account.GetValueOrDefault((worker.Id, why)) + count;
            }
        }
    }

    private static KeyValuePair<string, object?> Worker(string id) => new("worker.id", id);
}
