using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>The same trouble on one or more nodes: it is one alert to an operator.</summary>
public sealed record AlertGroup(AlertView Alert, IReadOnlyList<string> Nodes)
{
    public static IReadOnlyList<AlertGroup> Of(IEnumerable<(string Node, AlertView Alert)> alerts) =>
        [.. alerts.GroupBy(a => (a.Alert.Fingerprint, a.Alert.ResolvedAt)).Select(g => new AlertGroup(g.MaxBy(a => a.Alert.Value ?? 0).Alert, [.. g.Select(a => a.Node).Distinct()]))];
}
