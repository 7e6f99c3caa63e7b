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
