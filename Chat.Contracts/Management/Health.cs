namespace Chat.Contracts.Management;

/// <summary>Words for health.</summary>
public static class HealthStatuses
{
    /// <summary>As it should be.</summary>
    public const string Healthy = "healthy";

    /// <summary>It serves, and something is missing.</summary>
    public const string Degraded = "degraded";

    /// <summary>It does not serve.</summary>
    public const string Unhealthy = "unhealthy";
}

/// <summary>All checks, now and before.</summary>
public sealed record HealthAnswer
{
    /// <summary>One of <see cref="HealthStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>New clients are let in.</summary>
    public bool Ready { get; init; }

    /// <summary>When the checks last ran.</summary>
    public DateTimeOffset? LastChecked { get; init; }

    /// <summary>One for each check.</summary>
    public IReadOnlyList<HealthCheckView> Checks { get; init; } = [];
}

/// <summary>One check.</summary>
public sealed record HealthCheckView
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="HealthStatuses"/>.</summary>
    public required string Status { get; init; }

    /// <summary>One sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>How long it took.</summary>
    public double DurationMilliseconds { get; init; }

    /// <summary><c>ready</c>: without it no new clients.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Since when it is so.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Share of the last hour not unhealthy, 0 to 1; null when nothing is known.</summary>
    public double? UptimeHour { get; init; }

    /// <summary>Of the last day.</summary>
    public double? UptimeDay { get; init; }

    /// <summary>Of the last week.</summary>
    public double? UptimeWeek { get; init; }

    /// <summary>Every change of the last week, oldest first; at most 500.</summary>
    public IReadOnlyList<HealthStretchView> History { get; init; } = [];
}

/// <summary>A time spent in one status.</summary>
/// <param name="Status">One of <see cref="HealthStatuses"/>.</param>
/// <param name="Description">What the check said when it began.</param>
/// <param name="From">From when.</param>
/// <param name="Until">Until when; null while it lasts.</param>
public sealed record HealthStretchView(string Status, string Description, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>Who asked for the health of this node lately.</summary>
public sealed record HealthCallersAnswer
{
    /// <summary>Those of the last hour, the latest first; at most 60 of a process.</summary>
    public IReadOnlyList<HealthCallerView> Callers { get; init; } = [];

    /// <summary>Workers whose callers are missing; null when all answered.</summary>
    public PartialAnswer? Partial { get; init; }
}

/// <summary>Callers of one kind, from one network, of one address of the server.</summary>
public sealed record HealthCallerView
{
    /// <summary><c>/health</c>, <c>/health/ui</c>, <c>/healthz</c>, <c>/ready</c> or <c>/live</c>.</summary>
    public required string Path { get; init; }

    /// <summary>What it seems to be, by its user agent: <c>Kubernetes</c>, <c>Prometheus</c>, <c>load balancer</c>, <c>uptime monitor</c>, <c>curl</c>, <c>browser</c> and the like; <c>unnamed</c> without one, <c>other</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Without its last part.</summary>
    public string Address { get; init; } = "";

    /// <summary>Since when it is known.</summary>
    public DateTimeOffset FirstAt { get; init; }

    /// <summary>When it asked last.</summary>
    public DateTimeOffset LastAt { get; init; }

    /// <summary>How often, since <see cref="FirstAt"/>.</summary>
    public long Count { get; init; }

    /// <summary>Status of the last answer.</summary>
    public int LastCode { get; init; }
}
