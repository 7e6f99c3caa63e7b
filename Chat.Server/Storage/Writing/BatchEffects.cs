using Chat.Contracts;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Writing;

/// <summary>What a batch changes beside the log, in its transaction: members, and bodies that go blank.</summary>
internal static class BatchEffects
{
    public static async Task ApplyAsync(ChatDb db, BatchPlan plan, CancellationToken cancellation)
    {
        await ApplyMemberChangesAsync(db, plan, cancellation);
        await RemoveBodiesAsync(db, plan, cancellation);
    }

    private static async Task ApplyMemberChangesAsync(ChatDb db, BatchPlan plan, CancellationToken cancellation)
    {
        foreach (var change in plan.MemberChanges)
        {
            var row = await db.Members.FindAsync([change.Conversation, change.User], cancellation);
            if (row is null)
            {
                row = new MemberRow { ConversationId = change.Conversation, UserId = change.User };
                db.Members.Add(row);
            }

            row.Role = change.Role;
            row.LeftSeq = change.LeftAt;
            if (change.JoinedAt is { } joined)
            {
                row.JoinedSeq = joined;
                // Not the event that tells of it: a device that connects for the first time later is owed it as the others are.
                row.ReadSeq = joined - 1;
            }
        }

        if (plan.MemberChanges.Count > 0)
        {
            await db.SaveChangesAsync(cancellation);
        }
    }

    private static async Task RemoveBodiesAsync(ChatDb db, BatchPlan plan, CancellationToken cancellation)
    {
        foreach (var removal in plan.Removals)
        {
            await db.Outbox
                .Where(o => o.ConversationId == removal.Conversation && o.Id == removal.Id && o.Sender == removal.Sender)
                .ExecuteUpdateAsync(o => o.SetProperty(p => p.Body, (string?)null), cancellation);
            // Only the author edits, so an edit of the message has the same sender.
            await db.Outbox
                .Where(o => o.ConversationId == removal.Conversation && o.Ref == removal.Id && o.Sender == removal.Sender && o.Type == EventTypes.Edit)
                .ExecuteUpdateAsync(o => o.SetProperty(p => p.Body, (string?)null), cancellation);
        }
    }
}
