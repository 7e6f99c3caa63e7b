namespace Chat.Contracts.Management;

/// <summary>The node at one moment. Made of memory alone: it is there whatever is broken.</summary>
public sealed record Overview
{
    /// <summary>When the numbers were taken.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>One of <see cref="HealthStatuses"/>.</summary>
    public required string Health { get; init; }

    /// <summary>Why it is not healthy, worst first; empty when it is.</summary>
    public IReadOnlyList<HealthReason> Reasons { get; init; } = [];

    /// <summary>New clients are let in.</summary>
    public bool Ready { get; init; }

    /// <summary>Announced work: only the gravest alerts are told.</summary>
    public bool Maintenance { get; init; }

    /// <summary>Losses that are pretended now, so not to be taken for real; in Development only.</summary>
    public IReadOnlyList<FaultView> Faults { get; init; } = [];

    /// <summary>The counters.</summary>
    public OverviewTiles Tiles { get; init; } = new();

    /// <summary>How long messages take, over the last 30 s.</summary>
    public LatencyView Delivery { get; init; } = new();

    /// <summary>How long storing takes, over the last 30 s.</summary>
    public LatencyView Persist { get; init; } = new();

    /// <summary>One for each worker.</summary>
    public IReadOnlyList<WorkerView> Workers { get; init; } = [];

    /// <summary>What fires now, gravest first; at most 20.</summary>
    public IReadOnlyList<AlertView> Firing { get; init; } = [];

    /// <summary>Database, Redis, supervisor.</summary>
    public IReadOnlyList<DependencyView> Dependencies { get; init; } = [];

    /// <summary>How hints travel between processes.</summary>
    public BackplaneView Backplane { get; init; } = new();

    /// <summary>The latest 10, newest first.</summary>
    public IReadOnlyList<NodeEvent> Events { get; init; } = [];

    /// <summary>Set while not every worker tells its numbers.</summary>
    public PartialAnswer? Partial { get; init; }
}

/// <summary>Why the node is not healthy.</summary>
/// <param name="Check">Name of the check.</param>
/// <param name="Status">One of <see cref="HealthStatuses"/>.</param>
/// <param name="Text">One sentence.</param>
/// <param name="Since">Since when; null when not known.</param>
public sealed record HealthReason(string Check, string Status, string Text, DateTimeOffset? Since);

/// <summary>The numbers of the overview; null: not known (a gap, not a zero). Rates are per second over the last 10 s.</summary>
public sealed record OverviewTiles
{
    /// <summary>Open connections.</summary>
    public long? Connections { get; init; }

    /// <summary>Users with a connection.</summary>
    public long? UsersOnline { get; init; }

    /// <summary>Messages accepted.</summary>
    public double? AcceptedPerSecond { get; init; }

    /// <summary>Events written to connections.</summary>
    public double? DeliveredPerSecond { get; init; }

    /// <summary>Messages that failed by the server's fault.</summary>
    public double? FailedPerSecond { get; init; }

    /// <summary>Failed over attempted within the last minute, 0 to 1; null when nothing was attempted.</summary>
    public double? FailureRatio { get; init; }

    /// <summary>Events owed to connected devices and not written yet.</summary>
    public long? QueuePending { get; init; }

    /// <summary>Events written and not acknowledged yet.</summary>
    public long? QueueInFlight { get; init; }

    /// <summary>How long the oldest of them has been owed.</summary>
    public double? QueueOldestSeconds { get; init; }

    /// <summary>Dead letters; null when not known.</summary>
    public long? DeadLetters { get; init; }

    /// <summary>Workers meant to run.</summary>
    public int WorkersTotal { get; init; }

    /// <summary>Of these, those that serve.</summary>
    public int WorkersHealthy { get; init; }

    /// <summary>Of these, those that are down.</summary>
    public int WorkersCrashed { get; init; }

    /// <summary>Alerts that fire.</summary>
    public int AlertsFiring { get; init; }

    /// <summary>The gravest severity that fires; null when none does.</summary>
    public string? AlertsSeverity { get; init; }
}

/// <summary>A distribution in seconds; null where nothing was observed.</summary>
public sealed record LatencyView
{
    /// <summary>Half are below.</summary>
    public double? P50 { get; init; }

    /// <summary>95 % are below.</summary>
    public double? P95 { get; init; }

    /// <summary>99 % are below.</summary>
    public double? P99 { get; init; }

    /// <summary>How many were observed.</summary>
    public long Count { get; init; }
}

/// <summary>Something the node depends on.</summary>
public sealed record DependencyView
{
    /// <summary><c>database</c>, <c>redis</c> or <c>supervisor</c>.</summary>
    public required string Name { get; init; }

    /// <summary>False: this installation does without it.</summary>
    public bool Configured { get; init; } = true;

    /// <summary>Whether it answers; null when not known.</summary>
    public bool? Connected { get; init; }

    /// <summary>One of <see cref="HealthStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>One sentence.</summary>
    public string Text { get; init; } = "";

    /// <summary>Its answer time.</summary>
    public double? ResponseMilliseconds { get; init; }

    /// <summary>Since when it is in this status.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Connections in use (database).</summary>
    public long? PoolUsed { get; init; }

    /// <summary>Connections at most, over all workers (database).</summary>
    public long? PoolMax { get; init; }

    /// <summary>Calls that wait for a connection (database).</summary>
    public long? PoolWaiting { get; init; }
}

/// <summary>How hints travel between processes, counted in workers.</summary>
public sealed record BackplaneView
{
    /// <summary><c>redis</c>, <c>database</c>, <c>local</c>, <c>none</c>; the least of the workers' modes. Null when not known.</summary>
    public string? Mode { get; init; }

    /// <summary>Redis is configured and not the mode.</summary>
    public bool Fallback { get; init; }

    /// <summary>Since when the mode is this one.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Workers in each mode.</summary>
    public IReadOnlyDictionary<string, int> Workers { get; init; } = new Dictionary<string, int>();
}

/// <summary>Something that happened to the node.</summary>
public sealed record NodeEvent
{
    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary><c>alert</c>, <c>worker</c>, <c>health</c>, <c>backplane</c>, <c>action</c>, <c>start</c> (of the node), <c>deploy</c> (a start of another build than before), or what a worker calls it.</summary>
    public required string Kind { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public string Severity { get; init; } = "info";

    /// <summary>Of what (a worker's id, a check's name, a rule's name).</summary>
    public string Target { get; init; } = "";

    /// <summary>One sentence.</summary>
    public required string Text { get; init; }
}
