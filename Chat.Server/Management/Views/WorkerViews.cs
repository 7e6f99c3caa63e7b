using Chat.Contracts.Management;
using Chat.Server.Telemetry.Logging;
using Chat.Server.Telemetry.Metrics;
using Chat.Server.Telemetry.Resources;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Views;

/// <summary>Processes as the API tells them.</summary>
internal sealed class WorkerViews(IWorkersMonitor monitor, MetricsHistory history, TimeProvider time)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // Read once: a limit that is changed while the node runs is worth no look at the files with every picture.
    private readonly Lazy<long> _memory = new(() => new MemoryReader().Read().Limit);

    public WorkersAnswer All(bool supervised)
    {
        var now = monitor.Current;
        return new()
        {
            At = now.At,
            Total = now.Total,
            Healthy = now.Healthy,
            Crashed = now.Crashed,
            Supervised = supervised,
            Workers = List(now.Workers),
            Companions = List(now.Companions),
            Rolling = now.Rolling is { } rolling
                ? new() { StartedAt = rolling.StartedAt, Done = rolling.Done, Total = rolling.Total, Running = rolling.Running, Problem = rolling.Problem }
                : null,
        };
    }

    public IReadOnlyList<WorkerView> List(IReadOnlyList<WorkerSnapshot> workers)
    {
        var numbers = new NodeNumbers(history.View());
        return [.. workers.Select(w => View(w, numbers))];
    }

    /// <summary>Null when there is no such process.</summary>
    /// <param name="whole">Exceptions in its output with their stacks.</param>
    public WorkerDetail? Detail(string id, bool whole)
    {
        var now = monitor.Current;
        LogLineView[] log = [.. monitor.LogOf(id).Select(View)];
        return now.Workers.Concat(now.Companions).FirstOrDefault(w => w.Id == id) is { } found
            ? new() { Worker = List([found])[0], Timeline = Timeline(id), Log = whole ? log : FirstLines.Of(log) }
            : null;
    }

    public static WorkerEventView View(WorkerEvent e) => new()
    {
        At = e.At,
        Worker = e.WorkerId,
        Kind = e.Kind,
        From = e.From is { } from ? Words.Of(from) : null,
        To = e.To is { } to ? Words.Of(to) : null,
        Exit = View(e.Exit),
        Text = Redaction.Clean(e.Text),
    };

    /// <summary>Who of the workers tells no numbers now.</summary>
    public PartialAnswer? Silent()
    {
        var wanted = monitor.Current.Workers.Where(w => w.Wanted).ToArray();
        var silent = wanted.Where(w => w.Vitals is null || w.State is not (WorkerState.Healthy or WorkerState.Draining))
            .Select(w => new MissingAnswer(w.Id, $"It is {Words.Of(w.State)}."))
            .ToArray();
        return silent.Length == 0 ? null : Asking.WorkerSurvey.PartialOf(wanted.Length, silent);
    }

    private IReadOnlyList<WorkerEventView> Timeline(string id) => [.. monitor.Recent.Where(e => e.WorkerId == id).Reverse().Select(View)];

    private WorkerView View(WorkerSnapshot worker, NodeNumbers numbers)
    {
        var hourAgo = time.GetUtcNow() - Hour;
        var vitals = worker.Vitals;
        return new()
        {
            Id = worker.Id,
            Node = NodeIdentity.Name,
            Pid = worker.Pid,
            State = Words.Of(worker.State),
            Wanted = worker.Wanted,
            StartedAt = worker.StartedAt,
            UptimeSeconds = vitals?.UptimeSeconds ?? (worker.Use is null ? null : (time.GetUtcNow() - worker.StartedAt)?.TotalSeconds),
            Restarts = worker.Restarts,
            RestartsLastHour = Math.Min(worker.Restarts, monitor.Recent.Count(e => e.WorkerId == worker.Id && e.To == WorkerState.Starting && e.At >= hourAgo)),
            Crashes = worker.Crashes,
            LastExit = View(worker.LastExit),
            RetryAt = worker.RetryAt,
            HeartbeatAgeSeconds = worker.HeartbeatAge?.TotalSeconds,
            Connections = vitals?.Connections,
            AcceptedPerSecond = vitals is null ? null : numbers.Rate("chat.message.accepted", worker.Id),
            DeliveredPerSecond = vitals is null ? null : numbers.Rate("chat.message.delivered", worker.Id),
            CpuShare = (vitals?.CpuShare ?? worker.Use?.CpuShare) / Environment.ProcessorCount,
            MemoryBytes = vitals?.WorkingSetBytes ?? worker.Use?.WorkingSetBytes,
            MemoryLimitBytes = _memory.Value,
            ThreadPoolDelaySeconds = vitals?.ThreadPoolDelaySeconds,
            ThreadPoolDelayP99Seconds = numbers.Latency("chat.threadpool.queue_delay", worker: worker.Id).P99,
            GcPauseShare = vitals?.GcPauseShare,
            Version = vitals is null ? null : NodeIdentity.Version,
        };
    }

    private static WorkerExitView? View(WorkerExit? exit) => exit is null
        ? null
        : new() { At = exit.At, Code = exit.Code, Signal = exit.Signal, Reason = Words.Of(exit.Reason), Text = Redaction.Clean(exit.Text) };

    private static LogLineView View(LogLine line) => new(line.At, line.IsError, Redaction.Clean(line.Text));
}
