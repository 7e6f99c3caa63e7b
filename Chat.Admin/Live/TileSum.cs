using Chat.Contracts.Management;

namespace Chat.Admin.Live;

/// <summary>The counters of several nodes as those of one. What no node knows stays unknown.</summary>
internal static class TileSum
{
    public static OverviewTiles Of(IReadOnlyList<OverviewTiles> nodes)
    {
        if (nodes.Count == 1)
        {
            return nodes[0];
        }

        var accepted = Sum(nodes, t => t.AcceptedPerSecond);
        return new OverviewTiles
        {
            Connections = Sum(nodes, t => t.Connections),
            UsersOnline = Sum(nodes, t => t.UsersOnline),
            AcceptedPerSecond = accepted,
            DeliveredPerSecond = Sum(nodes, t => t.DeliveredPerSecond),
            FailedPerSecond = Sum(nodes, t => t.FailedPerSecond),
            FailureRatio = Weighted(nodes),
            QueuePending = Sum(nodes, t => t.QueuePending),
            QueueInFlight = Sum(nodes, t => t.QueueInFlight),
            QueueOldestSeconds = nodes.Max(t => t.QueueOldestSeconds),

            // Letters are rows of the one database: every node tells the same number.
            DeadLetters = nodes.Max(t => t.DeadLetters),
            WorkersTotal = nodes.Sum(t => t.WorkersTotal),
            WorkersHealthy = nodes.Sum(t => t.WorkersHealthy),
            WorkersCrashed = nodes.Sum(t => t.WorkersCrashed),
            AlertsFiring = nodes.Sum(t => t.AlertsFiring),
            AlertsSeverity = nodes.Any(t => t.AlertsSeverity == "critical") ? "critical" : nodes.Select(t => t.AlertsSeverity).FirstOrDefault(s => s is not null),
        };
    }

    // By what each node was asked to do; without traffic numbers the worst is the honest one.
    private static double? Weighted(IReadOnlyList<OverviewTiles> nodes)
    {
        var known = nodes.Where(t => t.FailureRatio is not null).ToList();
        var weights = known.Select(t => (t.AcceptedPerSecond ?? 0) + (t.FailedPerSecond ?? 0)).ToList();
        return known.Count == 0 ? null
            : weights.Sum() is > 0 and var all ? known.Zip(weights, (t, w) => t.FailureRatio!.Value * w).Sum() / all
            : known.Max(t => t.FailureRatio);
    }

    private static long? Sum(IReadOnlyList<OverviewTiles> nodes, Func<OverviewTiles, long?> part) =>
        nodes.All(n => part(n) is null) ? null : nodes.Sum(part);

    private static double? Sum(IReadOnlyList<OverviewTiles> nodes, Func<OverviewTiles, double?> part) =>
        nodes.All(n => part(n) is null) ? null : nodes.Sum(part);
}
