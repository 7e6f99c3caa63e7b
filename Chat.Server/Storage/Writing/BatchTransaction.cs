using Chat.Contracts;
using Chat.Server.Failpoints;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Chat.Server.Storage.Topics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Chat.Server.Storage.Writing;

/// <summary>How far a transaction came before it failed.</summary>
internal enum TransactionPhase
{
    /// <summary>Nothing is stored.</summary>
    Before,

    /// <summary>The commit was sent and its reply is missing: stored or not, only the database knows.</summary>
    Committing,

    /// <summary>Stored.</summary>
    Committed,
}

/// <summary>One attempt at one batch: a single EF Core transaction.</summary>
internal sealed class BatchTransaction(
    WriterContexts contexts, IStorageDialect dialect, RealtimeBook realtime, long now, int maxMembers, IReadOnlyList<Append> appends)
{
    private readonly SortedDictionary<string, ConversationPolicy> _newTopics = new(StringComparer.Ordinal);

    public TransactionPhase Phase { get; private set; }

    /// <summary>What was decided; set before the first row is written.</summary>
    public BatchPlan? Plan { get; private set; }

    /// <param name="resolve">
    /// After an unknown commit: look for the batch's ids under the locks first (whoever held them has ended by then) and leave out what is there.
    /// </param>
    public async Task<Dictionary<Append, OutboxRow>> RunAsync(bool resolve, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateAsync(cancellation);
        if (_newTopics.Count > 0)
        {
            await TopicRows.CreateAsync(db, _newTopics, now, cancellation);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var facts = await dialect.LockAsync(db, LockOrder(), Senders(), cancellation);
        if (_newTopics.Count == 0 && FindNewTopics(facts))
        {
            // Made before and outside of the locks, by a statement of its own, so that nobody waits in a circle for a row that is not there yet.
            await transaction.RollbackAsync(cancellation);
            return await RunAsync(resolve, cancellation);
        }

        foreach (var conversation in facts.Conversations.Values)
        {
            realtime.Note(conversation.Id, conversation.Policy);
        }

        await ReadReferredAsync(db, facts, cancellation);
        await ReadMembershipsAsync(db, facts, cancellation);
        var present = resolve ? await ExistingEvents.FindAsync(db, appends, cancellation) : [];
        Plan = BatchPlan.Make(present.Count == 0 ? appends : [.. appends.Where(a => !present.ContainsKey(a))], facts, now, maxMembers);
        if (Plan.Rows.Count > 0)
        {
            await StoreAsync(db, transaction, Plan, cancellation);
            CrashPoints.Pass(CrashPoints.AfterCommit);
        }

        Phase = TransactionPhase.Committed;
        return present;
    }

    private async Task StoreAsync(ChatDb db, IDbContextTransaction transaction, BatchPlan plan, CancellationToken cancellation)
    {
        if (plan.MemberChanges.Count == 0 && plan.Removals.Count == 0 && !CrashPoints.Any && !TestSwitches.AckBeforeCommit)
        {
            Phase = TransactionPhase.Committing;
            await dialect.InsertAsync(db, plan, Moves(plan), now, transaction, cancellation);
            return;
        }

        await dialect.InsertAsync(db, plan, Moves(plan), now, commit: null, cancellation);
        await ApplyMemberChangesAsync(db, cancellation);
        await RemoveBodiesAsync(db, cancellation);
        if (TestSwitches.AckBeforeCommit)
        {
            plan.Rows.ForEach(r => r.Append.Complete(new AppendStored(r.Event.Seq, r.Event.Epoch, r.Event.At, Duplicate: false)));
        }

        CrashPoints.Pass(CrashPoints.BeforeCommit);
        Phase = TransactionPhase.Committing;
        await transaction.CommitAsync(cancellation);
    }

    private string[] LockOrder()
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var append in appends)
        {
            ids.Add(append.Conversation);
        }

        return [.. ids];
    }

    private (string, string)[] Senders()
    {
        var senders = new HashSet<(string, string)>(appends.Count);
        foreach (var append in appends)
        {
            if (append.Kind != AppendKind.Publish)
            {
                senders.Add((append.Conversation, append.Sender));
            }
        }

        return [.. senders];
    }

    private bool FindNewTopics(BatchFacts facts)
    {
        foreach (var append in appends)
        {
            if (append.Kind == AppendKind.Publish && !facts.Conversations.ContainsKey(append.Conversation))
            {
                _newTopics[append.Conversation] = append.Policy;
            }
        }

        return _newTopics.Count > 0;
    }

    private async Task ReadReferredAsync(ChatDb db, BatchFacts facts, CancellationToken cancellation)
    {
        var asked = appends.Where(a => a.Kind is AppendKind.Edit or AppendKind.Delete or AppendKind.Reaction).ToList();
        if (asked.Count == 0)
        {
            return;
        }

        foreach (var append in asked)
        {
            facts.Referred[(append.Conversation, append.Ref!)] = [];
        }

        var ids = asked.Select(a => a.Ref!).Distinct().ToList();
        var conversations = asked.Select(a => a.Conversation).Distinct().ToList();
        var found = await db.Outbox.AsNoTracking()
            .Where(o => ids.Contains(o.Id) && conversations.Contains(o.ConversationId))
            .Select(o => new ReferredEvent(o.ConversationId, o.Id, o.Sender, o.Type, o.Body != null))
            .ToListAsync(cancellation);
        foreach (var e in found)
        {
            facts.Referred.GetValueOrDefault((e.Conversation, e.Id))?.Add(e);
        }
    }

    private async Task ReadMembershipsAsync(ChatDb db, BatchFacts facts, CancellationToken cancellation)
    {
        var changing = appends.Where(a => a.Kind >= AppendKind.AddMembers).Select(a => a.Conversation).Distinct().ToList();
        if (changing.Count == 0)
        {
            return;
        }

        var members = await db.Members.AsNoTracking()
            .Where(m => changing.Contains(m.ConversationId))
            .Select(m => new LockedMember(m.ConversationId, m.UserId, m.Role, m.JoinedSeq, m.LeftSeq))
            .ToListAsync(cancellation);
        foreach (var member in members)
        {
            facts.Members[(member.Conversation, member.User)] = member;
        }

        foreach (var group in members.Where(m => m.IsActive).GroupBy(m => m.Conversation))
        {
            facts.ActiveMembers[group.Key] = group.Count();
        }
    }

    private async Task ApplyMemberChangesAsync(ChatDb db, CancellationToken cancellation)
    {
        foreach (var change in Plan!.MemberChanges)
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

        if (Plan.MemberChanges.Count > 0)
        {
            await db.SaveChangesAsync(cancellation);
        }
    }

    private async Task RemoveBodiesAsync(ChatDb db, CancellationToken cancellation)
    {
        foreach (var removal in Plan!.Removals)
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

    private static string Moves(BatchPlan plan) =>
        new CommitMoves(plan.Heads, plan.MemberChanges.Count == 0 ? null : [.. plan.MemberChanges.Select(m => m.Conversation).Distinct()]).ToJson();
}
