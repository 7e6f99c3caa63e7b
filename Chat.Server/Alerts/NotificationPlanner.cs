namespace Chat.Server.Alerts;

/// <summary>Decides what is told now, group by group; called under the engine's lock.</summary>
internal sealed class NotificationPlanner(LiveAlertsOptions options, NotificationWriter writer)
{
    public IReadOnlyList<Notification> Plan(AlertState state, TimeSpan elapsed, DateTimeOffset now)
    {
        var notifications = new List<Notification>();
        var firing = state.Open.Where(a => a.Phase == AlertPhase.Firing).ToLookup(a => a.Rule, StringComparer.Ordinal);
        foreach (var group in Groups(state, firing))
        {
            if (Plan(group, [.. firing[group.Rule]], state, elapsed, now) is { } notification)
            {
                notifications.Add(notification);
            }
        }

        state.Groups.RemoveAll(group => group.Told.Count == 0 && !firing[group.Rule].Any(a => !a.IsMuted));
        return notifications;
    }

    private static AlertGroup[] Groups(AlertState state, ILookup<string, Alert> firing)
    {
        foreach (var alerts in firing)
        {
            if (!state.Groups.Exists(g => g.Rule == alerts.Key))
            {
                // What has just come has not waited yet, however long ago the last look was.
                state.Groups.Add(new AlertGroup { Rule = alerts.Key, Severity = alerts.First().Severity, Waited = TimeSpan.MinValue });
            }
        }

        return [.. state.Groups];
    }

    private Notification? Plan(AlertGroup group, Alert[] firing, AlertState state, TimeSpan elapsed, DateTimeOffset now)
    {
        var unmuted = firing.Where(a => !a.IsMuted).ToArray();
        group.Waited = unmuted.Length == 0 ? TimeSpan.MinValue : group.Waited == TimeSpan.MinValue ? TimeSpan.Zero : group.Waited + elapsed;
        group.SinceTold += elapsed;
        var ended = Ended(group, firing, state);
        var news = GroupPolicy.Decide(
            group,
            hasNew: unmuted.Any(a => !group.Told.Contains(a.Fingerprint)),
            hasResolved: ended.Count > 0,
            unmuted.Length,
            unmuted.Count(a => a.Acknowledged is null),
            Timing(group.Severity));
        if (news == GroupNews.Nothing)
        {
            return null;
        }

        Alert[] told = [.. news == GroupNews.Repeat ? unmuted.Where(a => a.Acknowledged is null) : unmuted, .. ended];
        foreach (var alert in told)
        {
            alert.Note(now, alert.Phase == AlertPhase.Firing ? "notified" : "notified of its end");
        }

        group.Told.ExceptWith(ended.Select(a => a.Fingerprint));
        group.Told.UnionWith(unmuted.Select(a => a.Fingerprint));
        group.SinceTold = TimeSpan.Zero;
        return writer.Write(group, told);
    }

    /// <summary>Those that were told as firing and have ended. What ended while it was muted ends silently.</summary>
    private static List<Alert> Ended(AlertGroup group, Alert[] firing, AlertState state)
    {
        var ended = new List<Alert>();
        foreach (var fingerprint in group.Told.Where(f => !firing.Any(a => a.Fingerprint == f)).ToArray())
        {
            var alert = state.Ended.FindLast(a => a.Fingerprint == fingerprint);
            if (alert is null || alert.IsMuted)
            {
                group.Told.Remove(fingerprint);
            }
            else
            {
                ended.Add(alert);
            }
        }

        return ended;
    }

    private GroupTiming Timing(AlertSeverity severity) => severity == AlertSeverity.Critical
        ? new(options.Current.CriticalGroupWait, options.Current.GroupInterval, options.Current.CriticalRepeat)
        : new(options.Current.WarningGroupWait, options.Current.GroupInterval, options.Current.WarningRepeat);
}
