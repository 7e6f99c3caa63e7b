using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Nodes;

/// <summary>Where the nodes on this database are managed, as each of them announces it.</summary>
internal sealed class NodeStore(StorageGate gate)
{
    /// <summary>
    /// A node that was silent for so long while another was heard is not listed any more. Compared with each other and not with the clock: while
    /// the database is away nobody can announce anything.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>A row that says where a node is, or that it is still there.</summary>
    public Task AnnounceAsync(NodeRow node, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO nodes (id, name, management_url, version, started_at, seen_at)
             VALUES ({node.Id}, {node.Name}, {node.ManagementUrl}, {node.Version}, {node.StartedAt}, {node.SeenAt})
             ON CONFLICT (id) DO UPDATE SET
                 name = excluded.name, management_url = excluded.management_url, version = excluded.version,
                 started_at = excluded.started_at, seen_at = excluded.seen_at
             """,
            ct),
        cancellation);

    /// <summary>Those that are there, by name.</summary>
    public Task<List<NodeRow>> ListAsync(CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var last = await db.Nodes.MaxAsync(n => (long?)n.SeenAt, ct) ?? 0;
            var first = last - (long)Patience.TotalMilliseconds;
            return await db.Nodes.AsNoTracking().Where(n => n.SeenAt >= first).OrderBy(n => n.Name).ThenBy(n => n.Id).ToListAsync(ct);
        },
        cancellation);
}
