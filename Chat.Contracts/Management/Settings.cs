namespace Chat.Contracts.Management;

/// <summary>The configuration in force.</summary>
public sealed record SettingsAnswer
{
    /// <summary>By key.</summary>
    public IReadOnlyList<SettingView> Settings { get; init; } = [];

    /// <summary>The log levels in force.</summary>
    public IReadOnlyList<LogLevelView> LogLevels { get; init; } = [];

    /// <summary>Version of the server.</summary>
    public string Version { get; init; } = "";

    /// <summary>Version of the runtime.</summary>
    public string Runtime { get; init; } = "";
}

/// <summary>One setting.</summary>
public sealed record SettingView
{
    /// <summary><c>Workers:Count</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Its value; null to a viewer. Secrets and what may hold them are <c>••••</c>, connection strings show host and database only.</summary>
    public string? Value { get; init; }

    /// <summary>The value is masked.</summary>
    public bool Masked { get; init; }

    /// <summary><c>file</c>, <c>environment</c>, <c>command line</c> or <c>running</c> (set until the restart).</summary>
    public required string Source { get; init; }

    /// <summary>A change counts from the next start on.</summary>
    public bool NeedsRestart { get; init; }
}

/// <summary>The level of a log category.</summary>
/// <param name="Category">A category's beginning; <c>Default</c> for all.</param>
/// <param name="Level"><c>Trace</c>, <c>Debug</c>, <c>Information</c>, <c>Warning</c>, <c>Error</c>, <c>Critical</c> or <c>None</c>.</param>
/// <param name="Until">When it goes back by itself; null: as configured.</param>
public sealed record LogLevelView(string Category, string Level, DateTimeOffset? Until);

/// <summary>Body of a change to a log level.</summary>
public sealed record LogLevelRequest
{
    /// <summary>A category's beginning; <c>Default</c> for all.</summary>
    public string? Category { get; init; }

    /// <summary>The new level; null goes back to what is configured.</summary>
    public string? Level { get; init; }

    /// <summary>For how many seconds, 1 to 86,400; absent: 900.</summary>
    public double? Seconds { get; init; }

    /// <summary>Why; for the audit log.</summary>
    public string? Reason { get; init; }
}
