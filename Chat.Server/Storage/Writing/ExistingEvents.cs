using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Writing;

/// <summary>Finds what is in the log already under the ids of a batch: the slow path behind the unique key.</summary>
internal static class ExistingEvents
{
    public static async Task<Dictionary<Append, OutboxRow>> FindAsync(ChatDb db, IReadOnlyList<Append> appends, CancellationToken cancellation)
    {
        var ids = appends.Select(a => a.Id).Distinct().ToList();
        var senders = appends.Select(a => a.Sender).Distinct().ToList();
        var rows = await db.Outbox.AsNoTracking()
            .Where(o => ids.Contains(o.Id) && senders.Contains(o.Sender))
            .Select(o => new OutboxRow
            {
                ConversationId = o.ConversationId,
                Seq = o.Seq,
                Epoch = o.Epoch,
                Id = o.Id,
                Sender = o.Sender,
                Type = o.Type,
                Hash = o.Hash,
                At = o.At,
            })
            .ToDictionaryAsync(o => (o.Id, o.Sender), cancellation);
        var found = new Dictionary<Append, OutboxRow>(ReferenceEqualityComparer.Instance);
        foreach (var append in appends)
        {
            if (rows.TryGetValue((append.Id, append.Sender), out var row))
            {
                found[append] = row;
            }
        }

        return found;
    }
}
