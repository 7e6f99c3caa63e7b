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

    /// <summary>One of <see cref="SettingSources"/>.</summary>
    public required string Source { get; init; }

    /// <summary>A change counts from the next start on.</summary>
    public bool NeedsRestart { get; init; }

    /// <summary>What the code has where nothing is configured, masked like the value; null to a viewer, and for what has none (members of lists).</summary>
    public string? Default { get; init; }

    /// <summary>What it would be without the change of an operator; null to a viewer, and where nobody changed it.</summary>
    public string? Configured { get; init; }

    /// <summary>It may be changed while the server runs, to what this says; null: it may not.</summary>
    public SettingRule? Change { get; init; }

    /// <summary>When an operator changed it.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Who.</summary>
    public string? ChangedBy { get; init; }
}

/// <summary>Where settings come from; the later lies over the earlier.</summary>
public static class SettingSources
{
    /// <summary>Nothing is configured.</summary>
    public const string Default = "default";

    /// <summary>A settings file.</summary>
    public const string File = "file";

    /// <summary>The process's environment.</summary>
    public const string Environment = "environment";

    /// <summary>An argument of the server.</summary>
    public const string CommandLine = "command line";

    /// <summary>An operator changed it while the server ran.</summary>
    public const string Running = "running";

    /// <summary>Something else.</summary>
    public const string Other = "other";
}

/// <summary>What a setting may be changed to.</summary>
/// <param name="Kind"><c>number</c>, <c>integer</c>, <c>time span</c> (<c>d.hh:mm:ss</c>), <c>true or false</c> or <c>text</c>.</param>
/// <param name="Bounds"><c>1 to 1000000</c>; empty: none.</param>
/// <param name="MayBeEmpty">Empty means none.</param>
public sealed record SettingRule(string Kind, string Bounds, bool MayBeEmpty);

/// <summary>Body of a change to a setting.</summary>
public sealed record SettingRequest
{
    /// <summary>One that has a <see cref="SettingView.Change"/>.</summary>
    public string? Key { get; init; }

    /// <summary>The new value, written as in the configuration; empty: none. Null goes back to what is configured.</summary>
    public string? Value { get; init; }

    /// <summary>Why; required.</summary>
    public string? Reason { get; init; }
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
