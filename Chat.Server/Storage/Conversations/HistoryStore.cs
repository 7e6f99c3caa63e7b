using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Conversations;

/// <summary>Reads parts of a log by place: the key leads straight to them, however long the log is.</summary>
internal sealed class HistoryStore(StorageGate gate)
{
    /// <summary>Null when the conversation is not there or the user is not a member.</summary>
    public Task<HistoryPage?> ReadAsync(string user, string conversation, HistoryWindow window, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var place = await (
                from m in db.Members.AsNoTracking()
                join c in db.Conversations.AsNoTracking() on m.ConversationId equals c.Id
                where m.ConversationId == conversation && m.UserId == user && m.LeftSeq == null
                select new { c.HeadSeq, c.FirstSeq, m.JoinedSeq }).FirstOrDefaultAsync(ct);
            return place is null ? null : await PageAsync(db, conversation, Math.Max(place.FirstSeq, place.JoinedSeq), place.HeadSeq, window, ct);
        },
        cancellation);

    /// <summary>All that is kept, for whoever the caller has found to be allowed to. Null when the conversation is not there.</summary>
    public Task<HistoryPage?> ReadWholeAsync(string conversation, HistoryWindow window, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var place = await db.Conversations.AsNoTracking()
                .Where(c => c.Id == conversation)
                .Select(c => new { c.HeadSeq, c.FirstSeq })
                .FirstOrDefaultAsync(ct);
            return place is null ? null : await PageAsync(db, conversation, place.FirstSeq, place.HeadSeq, window, ct);
        },
        cancellation);

    private static async Task<HistoryPage> PageAsync(
        ChatDb db, string conversation, long first, long headSeq, HistoryWindow window, CancellationToken ct)
    {
        var log = db.Outbox.AsNoTracking().Where(o => o.ConversationId == conversation && o.Seq >= first);
        var rows = window switch
        {
            { After: { } after } => await UpAsync(log, after, window.Limit, ct),
            { Around: { } around } => await AroundAsync(log, around, window.Limit, ct),
            _ => await DownAsync(log, window.Before ?? long.MaxValue, window.Limit, ct),
        };

        // What was committed between the two reads is not hidden, but the head must not lie before it.
        var head = rows.Count == 0 ? headSeq : Math.Max(headSeq, rows[^1].Seq);
        return new HistoryPage(head, first, rows);
    }

    private static Task<List<OutboxRow>> UpAsync(IQueryable<OutboxRow> log, long after, int limit, CancellationToken cancellation) =>
        log.Where(o => o.Seq > after).OrderBy(o => o.Seq).Take(limit).ToListAsync(cancellation);

    private static async Task<List<OutboxRow>> DownAsync(IQueryable<OutboxRow> log, long before, int limit, CancellationToken cancellation)
    {
        var rows = await log.Where(o => o.Seq < before).OrderByDescending(o => o.Seq).Take(limit).ToListAsync(cancellation);
        rows.Reverse();
        return rows;
    }

    /// <summary>The event itself in the middle; near an end of the log the other side fills the page.</summary>
    private static async Task<List<OutboxRow>> AroundAsync(IQueryable<OutboxRow> log, long around, int limit, CancellationToken cancellation)
    {
        var older = await DownAsync(log, around, limit, cancellation);
        var newer = await UpAsync(log, around - 1, limit, cancellation);
        var fromOlder = Math.Min(older.Count, Math.Max(limit / 2, limit - newer.Count));
        return [.. older.TakeLast(fromOlder), .. newer.Take(limit - fromOlder)];
    }
}
