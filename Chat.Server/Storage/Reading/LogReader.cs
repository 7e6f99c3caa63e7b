using System.Data.Common;
using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Reading;

/// <summary>Reads logs by keyset; raw, for a backlog is read at hundreds of thousands of rows a second.</summary>
internal sealed class LogReader(StorageGate gate, IStorageDialect dialect, TimeProvider time)
{
    private const string PageSql =
        """
        SELECT epoch, seq, id, type, sender, at, body, ref, expires_at FROM outbox
        WHERE conversation_id = @conversation AND seq > @after AND seq <= @through ORDER BY seq LIMIT @limit
        """;

    /// <summary>Up to <paramref name="limit"/> events with <paramref name="after"/> &lt; seq ≤ <paramref name="through"/>, ascending.</summary>
    public async Task<List<LogEvent>> ReadAsync(string conversation, long after, long through, int limit, CancellationToken cancellation)
    {
        using var step = EventTraces.StartRead(conversation);
        try
        {
            var events = await gate.RunAsync(
                (db, ct) => ReadAsync(db, conversation, after, through, limit, time.GetUtcNow().ToUnixTimeMilliseconds(), ct), cancellation);
            step.Found(events.Count);
            return events;
        }
        catch (Exception e)
        {
            step.Failed(e);
            throw;
        }
    }

    /// <summary>What was committed since <paramref name="position"/>.</summary>
    /// <param name="own">Also what this process committed.</param>
    public Task<CommitPage> ReadMovesAsync(long position, bool own, CancellationToken cancellation) =>
        gate.RunAsync((db, ct) => dialect.ReadMovesAsync(db, position, own, ct), cancellation);

    /// <summary>Where a follower that starts now begins.</summary>
    public Task<long> CommitPositionAsync(CancellationToken cancellation) => gate.RunAsync(dialect.CommitPositionAsync, cancellation);

    /// <summary>Where logs begin and end.</summary>
    public Task<Dictionary<string, LogBounds>> BoundsAsync(IReadOnlyCollection<string> conversations, CancellationToken cancellation) =>
        gate.RunAsync(
            async (db, ct) =>
            {
                var (condition, value) = dialect.AnyOf("id", "conversations", [.. conversations]);
                var rows = await db.RowsAsync(
                    $"SELECT id, first_seq, head_seq FROM conversations WHERE {condition}",
                    row => KeyValuePair.Create(row.GetString(0), new LogBounds(row.GetInt64(1), row.GetInt64(2))),
                    ct,
                    ("conversations", value));
                return rows.ToDictionary();
            },
            cancellation);

    /// <summary>Active members and the first seq that each may see.</summary>
    public Task<List<MemberStart>> MembersAsync(string conversation, CancellationToken cancellation) =>
        gate.RunAsync(
            (db, ct) => db.Members.AsNoTracking()
                .Where(m => m.ConversationId == conversation && m.LeftSeq == null)
                .Select(m => new MemberStart(m.UserId, m.JoinedSeq))
                .ToListAsync(ct),
            cancellation);

    private static Task<List<LogEvent>> ReadAsync(ChatDb db, string conversation, long after, long through, int limit, long now, CancellationToken ct) =>
        db.RowsAsync(
            PageSql, row => Event(row, conversation, now), ct, ("conversation", conversation), ("after", after), ("through", through), ("limit", limit));

    private static LogEvent Event(DbDataReader row, string conversation, long now)
    {
        var expires = row.LongOrNull(8);
        return new()
        {
            Conversation = conversation,
            Epoch = row.GetInt64(0),
            Seq = row.GetInt64(1),
            Id = row.GetString(2),
            Type = row.GetString(3),
            Sender = row.GetString(4),
            At = row.GetInt64(5),
            // Upkeep blanks what has expired a little later; nobody gets it in between.
            Body = row.IsDBNull(6) || expires <= now ? default : row.GetFieldValue<byte[]>(6),
            Ref = row.TextOrNull(7),
            ExpiresAt = expires,
        };
    }
}

/// <summary>First seq that is kept and last seq of a log.</summary>
internal sealed record LogBounds(long First, long Head);

/// <summary>A member and the first seq that he may see.</summary>
internal sealed record MemberStart(string User, long JoinedSeq);
