using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>The same trouble on one or more nodes: it is one alert to an operator.</summary>
/// <param name="Alert">As the node tells it where it is worst.</param>
/// <param name="Notifications">Those of all nodes, oldest first: each tells for itself.</param>
public sealed record AlertGroup(AlertView Alert, IReadOnlyList<string> Nodes, IReadOnlyList<(string Node, NotificationView What)> Notifications)
{
    /// <summary>The same trouble may have ended several times.</summary>
    public string Key => Alert.ResolvedAt is { } ended ? $"{Alert.Fingerprint}-{ended.ToUnixTimeMilliseconds()}" : Alert.Fingerprint;

    /// <summary>The latest on each channel of each node.</summary>
    public IEnumerable<(string Node, NotificationView What)> Latest => Notifications.GroupBy(n => (n.Node, n.What.Channel)).Select(g => g.Last());

    public static IReadOnlyList<AlertGroup> Of(IEnumerable<(string Node, AlertView Alert)> alerts) =>
        [.. alerts.GroupBy(a => (a.Alert.Fingerprint, a.Alert.ResolvedAt)).Select(g => new AlertGroup(
            g.MaxBy(a => a.Alert.Value ?? 0).Alert,
            [.. g.Select(a => a.Node).Distinct()],
            [.. g.SelectMany(a => a.Alert.Notifications.Select(n => (a.Node, n))).OrderBy(n => n.n.At)]))];
}
