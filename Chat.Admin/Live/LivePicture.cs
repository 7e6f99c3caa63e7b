using Chat.Contracts.Management;

namespace Chat.Admin.Live;

/// <summary>All nodes as one, at one moment. Immutable: every page of every viewer shows the same object.</summary>
internal sealed record LivePicture(long Version, DateTimeOffset At, IReadOnlyList<NodePicture> Nodes)
{
    public static readonly LivePicture Empty = new(0, DateTimeOffset.MinValue, []);

    private static readonly string[] Levels = [HealthStatuses.Healthy, HealthStatuses.Degraded, HealthStatuses.Unhealthy];

    private readonly Lazy<OverviewTiles> _tiles = new(() => TileSum.Of([.. Nodes.Select(n => n.Tiles).OfType<OverviewTiles>()]));

    /// <summary>Nobody has said anything yet.</summary>
    public bool IsEmpty => Nodes.All(n => n.Overview is null);

    public int Connected => Nodes.Count(n => n.Connected);

    /// <summary>When the oldest of what is shown was said; null when nothing is shown.</summary>
    public DateTimeOffset? OldestHeard => Nodes.Where(n => n.Overview is not null).Min(n => n.HeardAt);

    public string? Partial => Connected == Nodes.Count ? null : $"{Connected} of {Nodes.Count} {(Nodes.Count == 1 ? "node" : "nodes")} answered";

    /// <summary>The worst of all; a node that says nothing counts as unhealthy once it was heard, or has not answered at all.</summary>
    public string Health => Nodes.Count == 0 || Nodes.All(n => n is { Overview: null, LostAt: null })
        ? "unknown"
        : Levels[Nodes.Max(n => n.Connected && n.Overview is { } o ? Math.Max(0, Array.IndexOf(Levels, o.Health)) : 2)];

    public OverviewTiles Tiles => _tiles.Value;

    public IEnumerable<(NodePicture Node, WorkerView Worker)> Workers => Nodes.SelectMany(n => (n.Overview?.Workers ?? []).Select(w => (n, w)));

    public IEnumerable<(string Node, AlertView Alert)> Firing => Nodes.SelectMany(n => (n.Overview?.Firing ?? []).Select(a => (n.Name, a)))
        .OrderBy(a => a.a.Severity == "critical" ? 0 : 1).ThenByDescending(a => a.a.FiredAt);

    public IEnumerable<(string Node, NodeEvent Event)> Events => Nodes.SelectMany(n => (n.Overview?.Events ?? []).Select(e => (n.Name, e))).OrderByDescending(e => e.e.At);

    public IEnumerable<(string Node, HealthReason Reason)> Reasons => Nodes.SelectMany(n => (n.Overview?.Reasons ?? []).Select(r => (n.Name, r)));

    public bool Maintenance => Nodes.Any(n => n.Overview?.Maintenance is true);

    public DependencyView? Dependency(string node, string name) => Nodes.FirstOrDefault(n => n.Name == node)?.Overview?.Dependencies.FirstOrDefault(d => d.Name == name);
}
