namespace Chat.Server.Alerts;

/// <summary>What was said about the alerts of one rule and severity, and when. Kept across restarts so that nothing is said twice.</summary>
internal sealed class AlertGroup
{
    public required string Rule { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>Fingerprints that were told as firing and not yet as resolved.</summary>
    public HashSet<string> Told { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Since the first alert of a group of which nothing was told yet.</summary>
    public TimeSpan Waited { get; set; }

    public TimeSpan SinceTold { get; set; }
}

internal readonly record struct GroupTiming(TimeSpan Wait, TimeSpan Interval, TimeSpan Repeat);

internal enum GroupNews
{
    Nothing,

    /// <summary>The first word about a group.</summary>
    First,

    /// <summary>An alert came or went.</summary>
    Changed,

    /// <summary>Nothing changed, and nobody has acknowledged it.</summary>
    Repeat,

    /// <summary>All that was told is over.</summary>
    AllResolved,
}

/// <summary>When a group is spoken of; decided from facts alone.</summary>
internal static class GroupPolicy
{
    /// <param name="hasNew">An alert fires that nothing was told of.</param>
    /// <param name="hasResolved">An alert that was told has ended.</param>
    /// <param name="firing">How many fire unmuted.</param>
    /// <param name="unacknowledged">How many of them nobody has acknowledged.</param>
    public static GroupNews Decide(AlertGroup group, bool hasNew, bool hasResolved, int firing, int unacknowledged, GroupTiming timing)
    {
        if (group.Told.Count == 0)
        {
            return hasNew && group.Waited >= timing.Wait ? GroupNews.First : GroupNews.Nothing;
        }

        if ((hasNew || hasResolved) && group.SinceTold >= timing.Interval)
        {
            return firing == 0 ? GroupNews.AllResolved : GroupNews.Changed;
        }

        return unacknowledged > 0 && !hasNew && !hasResolved && group.SinceTold >= timing.Repeat ? GroupNews.Repeat : GroupNews.Nothing;
    }
}
