namespace Chat.Contracts.Management;

/// <summary>Mutes notifications of what matches.</summary>
public sealed record SilenceView
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><c>pending</c>, <c>active</c> or <c>expired</c>.</summary>
    public required string State { get; init; }

    /// <summary>All must match.</summary>
    public IReadOnlyList<SilenceMatcher> Matchers { get; init; } = [];

    /// <summary>From when.</summary>
    public DateTimeOffset StartsAt { get; init; }

    /// <summary>Until when.</summary>
    public DateTimeOffset EndsAt { get; init; }

    /// <summary>Whose.</summary>
    public string Author { get; init; } = "";

    /// <summary>Why.</summary>
    public string Comment { get; init; } = "";
}

/// <summary>One condition on a label.</summary>
/// <param name="Name"><c>alertname</c>, <c>severity</c> or a label's name.</param>
/// <param name="Operator"><c>=</c>, <c>!=</c>, <c>=~</c> or <c>!~</c>.</param>
/// <param name="Value">The value, or a pattern for the whole value; up to 200 characters.</param>
public sealed record SilenceMatcher(string Name, string Operator, string Value);

/// <summary>Body of a new silence; the caller is its author.</summary>
public sealed record SilenceRequest
{
    /// <summary>At least one.</summary>
    public IReadOnlyList<SilenceMatcher>? Matchers { get; init; }

    /// <summary>Absent: now.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>At most 7 days later.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Required.</summary>
    public string? Comment { get; init; }

    /// <summary>Only show what it would mute.</summary>
    public bool DryRun { get; init; }
}

/// <summary>Answer to a new silence.</summary>
public sealed record SilenceResult
{
    /// <summary>Its id; null in a dry run.</summary>
    public string? Id { get; init; }

    /// <summary>What it mutes now.</summary>
    public IReadOnlyList<AlertView> Mutes { get; init; } = [];

    /// <summary>Finds it in the audit log; empty in a dry run.</summary>
    public string CorrelationId { get; init; } = "";
}
