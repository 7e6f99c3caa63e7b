using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Topics;

/// <summary>Where a subscription shall begin. <see cref="Seq"/> counts only with <see cref="SubscribeStart.AfterSeq"/>.</summary>
internal readonly record struct SubscribeFrom(SubscribeStart Start, long Seq = 0)
{
    /// <summary>The position from which the log is read on: within what is kept, and never beyond the head.</summary>
    public long PositionIn(long first, long head) => Start switch
    {
        SubscribeStart.First => first - 1,
        SubscribeStart.Last => Math.Max(head - 1, first - 1),
        SubscribeStart.AfterSeq => Math.Min(Seq, head),
        _ => head,
    };
}

internal enum SubscribeStart : byte
{
    /// <summary>What comes from now on.</summary>
    Head,

    /// <summary>The last event, and what comes.</summary>
    Last,

    /// <summary>All that is kept, and what comes.</summary>
    First,

    /// <summary>What follows a known event; what of that is no longer kept is announced.</summary>
    AfterSeq,
}

/// <summary>A subscription as it stands in storage.</summary>
/// <param name="Position">The first event owed is the one after it.</param>
/// <param name="Known">It was durable before; its position was left alone unless one was named.</param>
internal sealed record TopicPlace(long Position, long Head, bool Known);

/// <summary>Topics and the durable subscriptions to them.</summary>
internal sealed class TopicStore(StorageGate gate, TimeProvider time)
{
    /// <summary>Where a subscription that nobody keeps begins. A topic that does not exist is empty.</summary>
    public Task<TopicPlace> PlaceAsync(string conversation, SubscribeFrom from, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var (first, head) = await BoundsAsync(db, conversation, ct) ?? (1, 0);
            return new TopicPlace(from.PositionIn(first, head), head, Known: false);
        },
        cancellation);

    /// <summary>Where a durable subscription of the device stands; null when it has none.</summary>
    public Task<TopicPlace?> FindAsync(string user, string device, string conversation, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => FindAsync(db, user, device, conversation, ct), cancellation);

    /// <summary>
    /// Keeps a durable subscription; the topic begins to exist if it has not. One that is there goes on where it stands, unless
    /// <paramref name="moves"/>. Null when the device has <paramref name="most"/> others.
    /// </summary>
    public Task<TopicPlace?> SubscribeAsync(
        string user, string device, string conversation, SubscribeFrom from, bool moves, ConversationPolicy policy, int most, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            if (!moves && await FindAsync(db, user, device, conversation, ct) is { } standing)
            {
                // The usual case, a client that subscribes again after a reconnect, writes nothing.
                return standing;
            }

            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var known = await FindAsync(db, user, device, conversation, ct);
            if (known is not null && !moves)
            {
                return known;
            }

            if (known is null && await db.Subscriptions.CountAsync(s => s.UserId == user && s.DeviceId == device, ct) >= most)
            {
                return null;
            }

            await TopicRows.CreateAsync(db, conversation, policy, now, ct);
            var (first, head) = (await BoundsAsync(db, conversation, ct))!.Value;
            var position = from.PositionIn(first, head);
            await db.Database.ExecuteSqlAsync(
                $"""
                 INSERT INTO subscriptions (user_id, device_id, conversation_id, created_at) VALUES ({user}, {device}, {conversation}, {now})
                 ON CONFLICT DO NOTHING
                 """,
                ct);
            // Also back: who names a position wants to be there.
            await db.Database.ExecuteSqlAsync(
                $"""
                 INSERT INTO cursors (user_id, device_id, conversation_id, acked_seq) VALUES ({user}, {device}, {conversation}, {position})
                 ON CONFLICT (user_id, device_id, conversation_id) DO UPDATE SET acked_seq = excluded.acked_seq
                 """,
                ct);
            await transaction.CommitAsync(ct);
            return new TopicPlace(position, head, known is not null);
        },
        cancellation);

    /// <summary>Forgets a durable subscription and where it stood.</summary>
    public Task UnsubscribeAsync(string user, string device, string conversation, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            // In this order: a subscription is never without its cursor.
            await db.Subscriptions
                .Where(s => s.UserId == user && s.DeviceId == device && s.ConversationId == conversation)
                .ExecuteDeleteAsync(ct);
            await db.Cursors
                .Where(c => c.UserId == user && c.DeviceId == device && c.ConversationId == conversation)
                .ExecuteDeleteAsync(ct);
        },
        cancellation);

    private static Task<TopicPlace?> FindAsync(ChatDb db, string user, string device, string conversation, CancellationToken cancellation) => (
        from s in db.Subscriptions.AsNoTracking()
        join c in db.Conversations on s.ConversationId equals c.Id
        join k in db.Cursors
            on new { s.UserId, s.DeviceId, s.ConversationId } equals new { k.UserId, k.DeviceId, k.ConversationId }
        where s.UserId == user && s.DeviceId == device && s.ConversationId == conversation
        select new TopicPlace(k.AckedSeq, c.HeadSeq, true)).FirstOrDefaultAsync(cancellation);

    private static async Task<(long First, long Head)?> BoundsAsync(ChatDb db, string conversation, CancellationToken cancellation)
    {
        var bounds = await db.Conversations.AsNoTracking()
            .Where(c => c.Id == conversation)
            .Select(c => new { c.FirstSeq, c.HeadSeq })
            .FirstOrDefaultAsync(cancellation);
        return bounds is null ? null : (bounds.FirstSeq, bounds.HeadSeq);
    }
}
