using Chat.Admin.Live;
using Chat.Admin.Parts;
using Chat.Contracts.Management;

namespace Chat.Admin.Frame;

/// <param name="Age">How long it has been so, where that is shown: it grows with every picture and is not read out.</param>
internal sealed record Banner(Level Level, string Text, string Age = "")
{
    public static IEnumerable<Banner> Of(LivePicture picture, DateTimeOffset now)
    {
        foreach (var node in picture.Nodes)
        {
            var where = picture.Nodes.Count > 1 ? $"{node.Name}: " : "";
            if (!node.Connected && node.LostAt is { } lost)
            {
                yield return new(Level.Bad, $"{where}{node.Problem} No answer since {Units.Time(lost)}; the last values are shown.", Units.Span(lost, now));
                continue;
            }

            if (node.Overview is not { } overview)
            {
                continue;
            }

            foreach (var fault in overview.Faults)
            {
                yield return new(Level.Warn, $"{where}A trial until {Units.Time(fault.Until)}: {Pretended(fault)} What follows is not real; the playground ends it now.");
            }

            if (overview.Dependencies.FirstOrDefault(d => d is { Name: "database", Connected: false }) is { } database)
            {
                yield return new(Level.Bad, $"{where}The database does not answer{Since(database.Since)}. Sends are refused and repeated by the clients; connections stay.");
            }

            if (overview.Tiles is { WorkersTotal: > 0, WorkersHealthy: 0 })
            {
                yield return new(Level.Bad, $"{where}No worker serves. The supervisor restarts them.");
            }

            if (overview.Backplane.Fallback)
            {
                yield return new(Level.Warn, $"{where}Redis is lost{Since(overview.Backplane.Since)}; hints travel by the {overview.Backplane.Mode}. Nothing is lost.");
            }

            if (overview.Workers.Count(w => w.State == WorkerStates.Draining) is > 0 and var draining)
            {
                yield return new(Level.Warn, $"{where}{draining} {(draining == 1 ? "worker is" : "workers are")} draining.");
            }

            if (overview.Firing.Any(a => a.Rule == "ClockSkew"))
            {
                yield return new(Level.Warn, $"{where}This clock and the database's differ.");
            }

            if (overview.Maintenance)
            {
                yield return new(Level.Info, $"{where}Maintenance: not ready for newcomers; only the loss of the database or of all workers is told.");
            }

            string Since(DateTimeOffset? at) => at is null ? "" : $" since {Units.Time(at)}";
        }
    }

    private static string Pretended(FaultView fault) => fault.Id switch
    {
        FaultIds.DatabaseAway => "the database is pretended to be away.",
        FaultIds.DatabaseSlow => $"the database is pretended to be slow, by {fault.Milliseconds} ms.",
        FaultIds.RedisHangs => "Redis is pretended to hang.",
        _ => $"{fault.Id} is pretended.",
    };
}
