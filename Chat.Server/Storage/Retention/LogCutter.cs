using Chat.Server.Storage.Model;
using Chat.Server.Workers.Ports;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Retention;

/// <summary>A log as the look-through finds it.</summary>
internal sealed record LogStart(string Conversation, ConversationKind Kind, long First, long Head, long FirstAt);

/// <summary>
/// Removes the beginnings of logs, never anything amidst: what is left has no hole. Several processes may do it at once: the
/// conversation's row decides who cuts, and a cut that was made changes nothing when it is made again.
/// </summary>
internal sealed class LogCutter(StorageGate gate, LiveSection<RetentionOptions> options)
{
    public const int PageSize = 500;

    /// <summary>The next logs that are not empty, by id.</summary>
    /// <param name="kinds">Topics, the others, or both.</param>
    public Task<List<LogStart>> NextAsync(string after, (bool Topics, bool Others) kinds, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => (
            from c in db.Conversations.AsNoTracking()
            join o in db.Outbox on new { Id = c.Id, Seq = c.FirstSeq } equals new { Id = o.ConversationId, o.Seq }
            where string.Compare(c.Id, after) > 0 && (c.Kind == ConversationKind.Topic ? kinds.Topics : kinds.Others)
            orderby c.Id
            select new LogStart(c.Id, c.Kind, c.FirstSeq, c.HeadSeq, o.At)).Take(PageSize).ToListAsync(ct),
        cancellation);

    /// <summary>Removes one batch of what is over. How many events; 0 when nothing is.</summary>
    public Task<long> CutAsync(LogStart log, RetentionLimit limit, DateTimeOffset now, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var most = Math.Min(limit.Most(log.Head), log.First + options.Current.BatchSize - 1);
            var through = Math.Min(limit.ThroughByCount(log.Head), most);
            if (through < most && limit.MaxAge is not null)
            {
                through = Math.Max(through, await ThroughByAgeAsync(db, log, most, limit.Cutoff(now), ct));
            }

            return through < log.First ? 0 : await RemoveAsync(db, log.Conversation, log.First, through, ct);
        },
        cancellation);

    /// <summary>Times rise with the seq as long as clocks do; the first event that is young enough ends the cut.</summary>
    private static async Task<long> ThroughByAgeAsync(ChatDb db, LogStart log, long most, long cutoff, CancellationToken cancellation)
    {
        var kept = await db.Outbox.AsNoTracking()
            .Where(o => o.ConversationId == log.Conversation && o.Seq >= log.First && o.Seq <= most && o.At >= cutoff)
            .OrderBy(o => o.Seq)
            .Select(o => (long?)o.Seq)
            .FirstOrDefaultAsync(cancellation);
        return kept is { } seq ? seq - 1 : most;
    }

    private static async Task<long> RemoveAsync(ChatDb db, string conversation, long first, long through, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var moved = await db.Conversations
            .Where(c => c.Id == conversation && c.FirstSeq == first)
            .ExecuteUpdateAsync(c => c.SetProperty(p => p.FirstSeq, through + 1), cancellation);
        if (moved == 0)
        {
            // Another process was quicker.
            return 0;
        }

        var removed = await db.Outbox.Where(o => o.ConversationId == conversation && o.Seq <= through).ExecuteDeleteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return removed;
    }
}
