using Chat.Admin.ServerApi;
using Chat.Contracts.Management;

namespace Chat.Admin.Parts;

/// <summary>What else is wrong and may have to do with an alert, and why that is thought.</summary>
internal static class RelatedAlerts
{
    private static readonly TimeSpan Together = TimeSpan.FromMinutes(2);

    public static IReadOnlyList<(AlertGroup Group, string Why)> Of(AlertView alert, IEnumerable<AlertGroup> open) =>
        [.. open.Where(g => g.Alert.Fingerprint != alert.Fingerprint).Select(g => (g, Why: Why(alert, g.Alert))).Where(r => r.Why.Length > 0)];

    private static string Why(AlertView alert, AlertView other)
    {
        if (alert.InhibitedBy == other.Rule)
        {
            return "its cause: while that fires, this one is not told";
        }

        if (other.InhibitedBy == alert.Rule)
        {
            return "its consequence: while this one fires, that is not told";
        }

        var shared = alert.Labels.Where(l => l.Key is not "alertname" and not "severity" && other.Labels.GetValueOrDefault(l.Key) == l.Value).Select(l => $"{l.Key}={l.Value}").ToList();
        return shared.Count > 0 ? $"the same {string.Join(", ", shared)}"
            : (alert.StartsAt - other.StartsAt).Duration() <= Together ? "began at the same time"
            : "";
    }
}
