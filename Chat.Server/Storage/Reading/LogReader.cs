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

    // Translated once: every connection may ask for the ends of what it follows. One of each reader's own, for it belongs to one kind of database.
    private readonly Func<ChatDb, string[], IAsyncEnumerable<KeyValuePair<string, LogBounds>>> _bounds = EF.CompileAsyncQuery(
        (ChatDb db, string[] conversations) => db.Conversations.AsNoTracking()
            .Where(c => conversations.Contains(c.Id))
            .Select(c => new KeyValuePair<string, LogBounds>(c.Id, new LogBounds(c.FirstSeq, c.HeadSeq))));

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
                var bounds = new Dictionary<string, LogBounds>(conversations.Count);
                await foreach (var (conversation, found) in _bounds(db, [.. conversations]).WithCancellation(ct))
                {
                    bounds.Add(conversation, found);
                }

                return bounds;
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

    private static async Task<List<LogEvent>> ReadAsync(ChatDb db, string conversation, long after, long through, int limit, long now, CancellationToken ct)
    {
        await using var command = await db.CommandAsync(
            PageSql, ct, ("conversation", conversation), ("after", after), ("through", through), ("limit", limit));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var events = new List<LogEvent>(Math.Min(limit, 64));
        while (await reader.ReadAsync(ct))
        {
            long? expires = reader.IsDBNull(8) ? null : reader.GetInt64(8);
            events.Add(new LogEvent
            {
                Conversation = conversation,
                Epoch = reader.GetInt64(0),
                Seq = reader.GetInt64(1),
                Id = reader.GetString(2),
                Type = reader.GetString(3),
                Sender = reader.GetString(4),
                At = reader.GetInt64(5),
                // Upkeep blanks what has expired a little later; nobody gets it in between.
                Body = reader.IsDBNull(6) || expires <= now ? default : reader.GetFieldValue<byte[]>(6),
                Ref = reader.IsDBNull(7) ? null : reader.GetString(7),
                ExpiresAt = expires,
            });
        }

        return events;
    }
}

/// <summary>First seq that is kept and last seq of a log.</summary>
internal sealed record LogBounds(long First, long Head);

/// <summary>A member and the first seq that he may see.</summary>
internal sealed record MemberStart(string User, long JoinedSeq);
