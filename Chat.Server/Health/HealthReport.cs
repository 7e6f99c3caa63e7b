namespace Chat.Server.Health;

/// <summary>All checks at one moment.</summary>
internal sealed record HealthReport(HealthLevel Level, bool Ready, HealthPhase Phase, IReadOnlyList<HealthEntry> Entries)
{
    /// <summary>An operator works on the node; it takes no newcomers.</summary>
    public bool Maintenance { get; init; }

    /// <summary>Checks run side by side, so the whole takes as long as the longest.</summary>
    public TimeSpan TotalDuration => Entries.Count == 0 ? TimeSpan.Zero : Entries.Max(e => e.Duration);

    public HealthEntry? Find(string name) => Entries.FirstOrDefault(e => e.Name == name);
}

internal sealed record HealthEntry(
    string Name,
    HealthLevel Level,
    string Description,
    TimeSpan Duration,
    IReadOnlyList<string> Tags,
    IReadOnlyDictionary<string, object?> Data);
