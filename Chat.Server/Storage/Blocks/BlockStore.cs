using System.Data.Common;
using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Blocks;

/// <summary>Who is shut out. A block that was lifted stays for a while as one that has ended, so that every process learns of it.</summary>
internal sealed class BlockStore(StorageGate gate, TimeProvider time)
{
    private const string ChangedSql = "SELECT user_id, reason, blocked_by, blocked_at, ends_at, changed_at FROM blocks WHERE changed_at >= @since";

    /// <summary>Shuts a user out, or changes until when.</summary>
    public Task BlockAsync(string user, string? reason, string? by, DateTimeOffset? end, CancellationToken cancellation)
    {
        var (now, ends) = (time.GetUtcNow().ToUnixTimeMilliseconds(), end?.ToUnixTimeMilliseconds());
        return gate.RunAsync(
            (db, ct) => db.Database.ExecuteSqlAsync(
                $"""
                 INSERT INTO blocks (user_id, reason, blocked_by, blocked_at, ends_at, changed_at) VALUES ({user}, {reason}, {by}, {now}, {ends}, {now})
                 ON CONFLICT (user_id) DO UPDATE SET
                     reason = excluded.reason, blocked_by = excluded.blocked_by, blocked_at = excluded.blocked_at,
                     ends_at = excluded.ends_at, changed_at = excluded.changed_at
                 """,
                ct),
            cancellation);
    }

    /// <summary>False when there was nothing to lift.</summary>
    public Task<bool> UnblockAsync(string user, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return gate.RunAsync(
            async (db, ct) => await db.Blocks
                .Where(b => b.UserId == user && (b.EndsAt == null || b.EndsAt > now))
                .ExecuteUpdateAsync(b => b.SetProperty(p => p.EndsAt, now).SetProperty(p => p.ChangedAt, now), ct) > 0,
            cancellation);
    }

    /// <summary>Those in force, by user.</summary>
    /// <param name="after">Where the page before ended.</param>
    public Task<List<BlockRow>> ListAsync(string? after, int limit, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return gate.RunAsync(
            (db, ct) => db.Blocks.AsNoTracking()
                .Where(b => (b.EndsAt == null || b.EndsAt > now) && (after == null || b.UserId.CompareTo(after) > 0))
                .OrderBy(b => b.UserId)
                .Take(limit)
                .ToListAsync(ct),
            cancellation);
    }

    /// <summary>Null when the user is not shut out.</summary>
    public Task<BlockRow?> FindAsync(string user, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return gate.RunAsync(
            (db, ct) => db.Blocks.AsNoTracking().SingleOrDefaultAsync(b => b.UserId == user && (b.EndsAt == null || b.EndsAt > now), ct), cancellation);
    }

    /// <summary>Those that were made, changed or lifted since, ended ones included.</summary>
    public Task<List<BlockRow>> ChangedSinceAsync(long since, CancellationToken cancellation) =>
        gate.RunAsync((db, ct) => db.RowsAsync(ChangedSql, Row, ct, ("since", since)), cancellation);

    private static BlockRow Row(DbDataReader row) => new()
    {
        UserId = row.GetString(0),
        Reason = row.TextOrNull(1),
        BlockedBy = row.TextOrNull(2),
        BlockedAt = row.GetInt64(3),
        EndsAt = row.LongOrNull(4),
        ChangedAt = row.GetInt64(5),
    };
}
