using Chat.Server.Alerts.Rules;

namespace Chat.Server.Alerts;

/// <summary>Everything that must survive a restart; the shape of the state file.</summary>
internal sealed class AlertState
{
    private const int MostEnded = 500;
    private static readonly TimeSpan LongestResumed = TimeSpan.FromMinutes(2);

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

    public void Keep(IEnumerable<KeyValuePair<string, List<Notification>>> waiting)
    {
        Waiting.Clear();
        foreach (var (channel, notifications) in waiting)
        {
            Waiting[channel] = notifications;
        }
    }

    /// <summary>Goes on after a restart.</summary>
    public void Resume(DateTimeOffset now)
    {
        var away = now > SavedAt ? now - SavedAt : TimeSpan.Zero;
        foreach (var alert in Open.Where(a => a.Phase == AlertPhase.Pending))
        {
            // A short absence is counted as if the condition had held; after a long one nobody knows.
            alert.HeldFor = away <= LongestResumed ? alert.HeldFor + away : TimeSpan.Zero;
        }

        foreach (var group in Groups)
        {
            group.SinceTold += away;
        }
    }

    public void Forget(DateTimeOffset before)
    {
        Ended.RemoveAll(a => a.ResolvedAt < before);
        if (Ended.Count > MostEnded)
        {
            Ended.RemoveRange(0, Ended.Count - MostEnded);
        }

        Silences.RemoveAll(s => s.EndsAt < before);
    }
}
