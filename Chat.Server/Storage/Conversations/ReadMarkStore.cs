using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Conversations;

/// <summary>How far members have read.</summary>
internal sealed class ReadMarkStore(StorageGate gate)
{
    /// <summary>
    /// Moves the mark forward, never beyond the head and never back. Null when the user is not a member; else where the mark
    /// stands now, and whether this call moved it there.
    /// </summary>
    public Task<(long Seq, bool Moved)?> MoveAsync(string user, string conversation, long seq, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var mark = await (
                from m in db.Members.AsNoTracking()
                join c in db.Conversations.AsNoTracking() on m.ConversationId equals c.Id
                where m.ConversationId == conversation && m.UserId == user && m.LeftSeq == null
                select new { m.ReadSeq, c.HeadSeq }).FirstOrDefaultAsync(ct);
            if (mark is null)
            {
                return null;
            }

            var target = Math.Min(seq, mark.HeadSeq);
            if (target <= mark.ReadSeq)
            {
                return (mark.ReadSeq, false);
            }

            // The condition again: two devices of a user may mark at the same time.
            var moved = await db.Members
                .Where(m => m.ConversationId == conversation && m.UserId == user && m.LeftSeq == null && m.ReadSeq < target)
                .ExecuteUpdateAsync(m => m.SetProperty(r => r.ReadSeq, target), ct);
            return ((long, bool)?)(target, moved > 0);
        },
        cancellation);
}
