using Chat.Contracts.Management;
using Chat.Server.Alerts;
using Chat.Server.Health;
using Chat.Server.Telemetry.Metrics;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Views;

/// <summary>The whole node at a glance, from memory alone. Made once for all who look within a while.</summary>
internal sealed class OverviewBuilder(
    IWorkersMonitor monitor,
    IHealthBook health,
    IAlertBook alerts,
    MetricsHistory history,
    WorkerViews workerViews,
    AlertViews alertViews,
    HealthViews healthViews,
    EventViews eventViews,
    DependencyViews dependencies,
    FaultDesk faults,
    TimeProvider time)
{
    private const int MostAlerts = 20;
    private const int MostEvents = 10;
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(300);

    private readonly Lock _lock = new();
    private Overview? _latest;
    private long _madeAt;

    public Overview Current()
    {
        lock (_lock)
        {
            if (_latest is null || time.GetElapsedTime(_madeAt) > Fresh)
            {
                _latest = Make();
                _madeAt = time.GetTimestamp();
            }

            return _latest;
        }
    }

    /// <summary>With what just happened in it, however fresh the last one is.</summary>
    public Overview Anew()
    {
        lock (_lock)
        {
            _latest = Make();
            _madeAt = time.GetTimestamp();
            return _latest;
        }
    }

    private Overview Make()
    {
        var report = health.Current;
        var picture = alerts.Current;
        var workers = monitor.Current;
        var numbers = new NodeNumbers(history.View());
        return new()
        {
            At = time.GetUtcNow(),
            Health = Words.Of(report.Level),
            Reasons = healthViews.Reasons(report),
            Ready = report.Ready,
            Maintenance = picture.Maintenance,
            Faults = faults.Current,
            Tiles = Tiles(numbers, workers, picture),
            Delivery = numbers.Latency("chat.message.delivery.duration", l => l.Has("stage", "write")),
            Persist = numbers.Latency("chat.message.persist.duration"),
            Workers = workerViews.List(workers.Workers),
            Firing = [.. picture.Firing.Take(MostAlerts).Select(alertViews.View)],
            Dependencies = dependencies.All(report, numbers),
            Backplane = dependencies.Backplane(report, numbers),
            Events = eventViews.Latest(MostEvents),
            Partial = workerViews.Silent(),
        };
    }

    private static OverviewTiles Tiles(NodeNumbers numbers, WorkersSnapshot workers, AlertsPicture picture) => new()
    {
        Connections = workers.Workers.Any(w => w.Vitals is not null) ? workers.Workers.Sum(w => w.Vitals?.Connections ?? 0) : null,
        UsersOnline = numbers.Sum("chat.user.online"),
        AcceptedPerSecond = numbers.Rate("chat.message.accepted"),
        DeliveredPerSecond = numbers.Rate("chat.message.delivered"),
        FailedPerSecond = numbers.Rate("chat.message.failed"),
        FailureRatio = numbers.FailureRatio(),
        QueuePending = numbers.Sum("chat.queue.depth", l => l.Has("state", "pending")),
        QueueInFlight = numbers.Sum("chat.queue.depth", l => l.Has("state", "inflight")),
        QueueOldestSeconds = numbers.Max("chat.queue.oldest.age"),
        DeadLetters = numbers.Sum("chat.queue.depth", l => l.Has("state", "dead")),
        WorkersTotal = workers.Total,
        WorkersHealthy = workers.Healthy,
        WorkersCrashed = workers.Crashed,
        AlertsFiring = picture.Firing.Count,
        AlertsSeverity = picture.Firing.Count == 0 ? null : picture.Firing.Max(a => a.Severity).Name(),
    };
}
