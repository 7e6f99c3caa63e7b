using System.Text.Json;

namespace Chat.Server.Workers.Ports;

/// <summary>
/// The workers at one moment. <c>Total</c> counts those that are meant to run; <c>Healthy</c> those that serve (draining ones
/// still do); <c>Crashed</c> is the rest: down, restarting, unresponsive, given up. Who was stopped by an operator is in none of the three.
/// </summary>
internal sealed record WorkersSnapshot(
    DateTimeOffset At,
    int Total,
    int Healthy,
    int Crashed,
    IReadOnlyList<WorkerSnapshot> Workers,
    IReadOnlyList<WorkerSnapshot> Companions,
    RollingRestart? Rolling)
{
    public static WorkersSnapshot Of(
        DateTimeOffset at,
        IReadOnlyList<WorkerSnapshot> workers,
        IReadOnlyList<WorkerSnapshot> companions,
        RollingRestart? rolling)
    {
        var total = workers.Count(w => w.Wanted);
        var healthy = workers.Count(w => w is { Wanted: true, State: WorkerState.Healthy or WorkerState.Draining });
        return new(at, total, healthy, total - healthy, workers, companions, rolling);
    }
}

/// <summary>One process. <c>Parts</c> is what the features put into its heartbeat, by name.</summary>
internal sealed record WorkerSnapshot(
    string Id,
    int? Pid,
    WorkerState State,
    bool Wanted,
    DateTimeOffset? StartedAt,
    int Restarts,
    int Crashes,
    WorkerExit? LastExit,
    DateTimeOffset? RetryAt,
    TimeSpan? HeartbeatAge,
    WorkerVitals? Vitals,
    IReadOnlyDictionary<string, JsonElement> Parts,
    WorkerUse? Use = null);

/// <summary>What the supervisor sees of a process that sends no heartbeat. <c>CpuShare</c> is of one core, as in the heartbeats.</summary>
internal sealed record WorkerUse(double? CpuShare, long WorkingSetBytes);

/// <summary>What every heartbeat carries. <c>CpuShare</c> is of one core: two that are busy make 2. <c>ThreadPoolDelaySeconds</c> is the longest wait for a pool thread since the last beat, those still waiting included.</summary>
internal sealed record WorkerVitals(
    int Pid,
    double UptimeSeconds,
    long Connections,
    long WorkingSetBytes,
    double CpuSeconds,
    double CpuShare,
    double ThreadPoolDelaySeconds,
    double GcPauseShare,
    bool Draining);

/// <summary>A restart of all, one after the other; <c>Problem</c> is set when it was given up.</summary>
internal sealed record RollingRestart(DateTimeOffset StartedAt, int Done, int Total, bool Running, string? Problem);

/// <summary>A change of state (<c>From</c> and <c>To</c> set), or something a worker reported about itself.</summary>
internal sealed record WorkerEvent(DateTimeOffset At, string WorkerId, string Kind, WorkerState? From, WorkerState? To, WorkerExit? Exit, string Text)
{
    public const string StateKind = "state";
}

internal sealed record WorkerBeat(DateTimeOffset At, string WorkerId, WorkerVitals Vitals, IReadOnlyDictionary<string, JsonElement> Parts);

internal sealed record LogLine(DateTimeOffset At, bool IsError, string Text);
