using Chat.Server.Alerts.Rules;

namespace Chat.Server.Alerts;

/// <summary>Everything that must survive a restart; the shape of the state file.</summary>
internal sealed class AlertState
{
    public int Version { get; init; } = 1;

    public DateTimeOffset SavedAt { get; set; }

    /// <summary>Pending and firing.</summary>
    public List<Alert> Open { get; init; } = [];

    /// <summary>Ended, oldest first.</summary>
    public List<Alert> Ended { get; init; } = [];

    public List<AlertGroup> Groups { get; init; } = [];

    public List<Silence> Silences { get; init; } = [];

    public Dictionary<string, RuleChange> Changes { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Notifications that have not got through yet, by channel.</summary>
    public Dictionary<string, List<Notification>> Waiting { get; init; } = new(StringComparer.Ordinal);

    public bool Maintenance { get; set; }
}
