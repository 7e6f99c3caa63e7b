namespace Chat.Contracts.Management;

/// <summary>All processes of the node.</summary>
public sealed record WorkersAnswer
{
    /// <summary>When it was so.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Meant to run.</summary>
    public int Total { get; init; }

    /// <summary>Serving.</summary>
    public int Healthy { get; init; }

    /// <summary>Down: crashed, restarting, unresponsive, given up.</summary>
    public int Crashed { get; init; }

    /// <summary>False: everything runs in one process, which nobody can restart from here.</summary>
    public bool Supervised { get; init; }

    /// <summary>The workers, by number.</summary>
    public IReadOnlyList<WorkerView> Workers { get; init; } = [];

    /// <summary>Other processes that the supervisor keeps (the console).</summary>
    public IReadOnlyList<WorkerView> Companions { get; init; } = [];

    /// <summary>The restart of all that runs or ran last; null when there was none.</summary>
    public RollingView? Rolling { get; init; }
}

/// <summary>States of a process.</summary>
public static class WorkerStates
{
    /// <summary>Not ready yet.</summary>
    public const string Starting = "starting";

    /// <summary>Serves.</summary>
    public const string Healthy = "healthy";

    /// <summary>Sends its clients away.</summary>
    public const string Draining = "draining";

    /// <summary>Lives without a heartbeat.</summary>
    public const string Unresponsive = "unresponsive";

    /// <summary>Gone without having been asked.</summary>
    public const string Crashed = "crashed";

    /// <summary>Gone; the next start waits.</summary>
    public const string BackingOff = "back-off";

    /// <summary>Gone; it refuses its configuration.</summary>
    public const string Failed = "failed";

    /// <summary>Gone as asked.</summary>
    public const string Stopped = "stopped";
}

/// <summary>One process; null where it does not tell (it is gone, or starting).</summary>
public sealed record WorkerView
{
    /// <summary><c>w1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The node's name.</summary>
    public string Node { get; init; } = "";

    /// <summary>Its process id.</summary>
    public int? Pid { get; init; }

    /// <summary>One of <see cref="WorkerStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>It is meant to run.</summary>
    public bool Wanted { get; init; }

    /// <summary>Start of this process.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long it runs.</summary>
    public double? UptimeSeconds { get; init; }

    /// <summary>Restarts since the supervisor started.</summary>
    public int Restarts { get; init; }

    /// <summary>Restarts within the last hour, as far as the latest 200 events tell.</summary>
    public int RestartsLastHour { get; init; }

    /// <summary>Ends that nobody asked for.</summary>
    public int Crashes { get; init; }

    /// <summary>How it ended the last time.</summary>
    public WorkerExitView? LastExit { get; init; }

    /// <summary>When a start that waits comes.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Age of the last heartbeat.</summary>
    public double? HeartbeatAgeSeconds { get; init; }

    /// <summary>Open connections.</summary>
    public long? Connections { get; init; }

    /// <summary>Messages accepted by it, over the last 10 s.</summary>
    public double? AcceptedPerSecond { get; init; }

    /// <summary>Events it wrote, over the last 10 s.</summary>
    public double? DeliveredPerSecond { get; init; }

    /// <summary>Share of all cores, 0 to 1.</summary>
    public double? CpuShare { get; init; }

    /// <summary>Resident memory.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>What the node's processes may have together: the control group's limit, or the machine's memory.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>The longest wait for a pool thread within the last beat.</summary>
    public double? ThreadPoolDelaySeconds { get; init; }

    /// <summary>p99 of that wait over the last 30 s.</summary>
    public double? ThreadPoolDelayP99Seconds { get; init; }

    /// <summary>Share of the time stopped for garbage collections.</summary>
    public double? GcPauseShare { get; init; }

    /// <summary>Version of the program.</summary>
    public string? Version { get; init; }
}

/// <summary>How a process ended.</summary>
public sealed record WorkerExitView
{
    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>128 + the signal's number when a signal ended it.</summary>
    public int Code { get; init; }

    /// <summary>Name of the signal.</summary>
    public string? Signal { get; init; }

    /// <summary><c>requested</c>, <c>unrequested</c>, <c>crashed</c>, <c>out-of-memory</c>, <c>hung</c> or <c>refused-to-start</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>One sentence.</summary>
    public string Text { get; init; } = "";
}

/// <summary>One process with its past.</summary>
public sealed record WorkerDetail
{
    /// <summary>As in the list.</summary>
    public required WorkerView Worker { get; init; }

    /// <summary>Starts, ends and what it reported of itself; newest first.</summary>
    public IReadOnlyList<WorkerEventView> Timeline { get; init; } = [];

    /// <summary>Its latest output, oldest first; secrets are blanked, and below the role admin of an exception only its type and first line are told.</summary>
    public IReadOnlyList<LogLineView> Log { get; init; } = [];
}

/// <summary>One entry of a worker's timeline.</summary>
public sealed record WorkerEventView
{
    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The worker.</summary>
    public required string Worker { get; init; }

    /// <summary><c>state</c>, or what the worker calls it.</summary>
    public required string Kind { get; init; }

    /// <summary>State before; null when the state is not what changed.</summary>
    public string? From { get; init; }

    /// <summary>State after.</summary>
    public string? To { get; init; }

    /// <summary>How it ended, when it did.</summary>
    public WorkerExitView? Exit { get; init; }

    /// <summary>One sentence.</summary>
    public string Text { get; init; } = "";
}

/// <summary>A line of output.</summary>
/// <param name="At">When it was read.</param>
/// <param name="IsError">It came by way of standard error.</param>
/// <param name="Text">Secrets are blanked.</param>
public sealed record LogLineView(DateTimeOffset At, bool IsError, string Text);

/// <summary>A restart of all, one after the other.</summary>
public sealed record RollingView
{
    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>How many are done.</summary>
    public int Done { get; init; }

    /// <summary>How many there are.</summary>
    public int Total { get; init; }

    /// <summary>It goes on.</summary>
    public bool Running { get; init; }

    /// <summary>Why it was given up.</summary>
    public string? Problem { get; init; }
}

/// <summary>Body of restart, drain, stop, start and restart-all.</summary>
public sealed record WorkerActionRequest
{
    /// <summary>Why; for the audit log. Optional.</summary>
    public string? Reason { get; init; }

    /// <summary>Over how many seconds the clients are sent away, 0 to 3600; absent: as configured. Not for stop and start.</summary>
    public double? WindowSeconds { get; init; }
}
