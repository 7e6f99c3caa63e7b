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
    WriterContexts contexts,
    IStorageDialect dialect,
    RememberedFacts remembered,
    RealtimeBook realtime,
    long now,
    int maxMembers,
    IReadOnlyList<Append> appends)
{
    private readonly SortedDictionary<string, ConversationPolicy> _newTopics = new(StringComparer.Ordinal);

    private BatchFacts? _refuted;

    public TransactionPhase Phase { get; private set; }

    /// <summary>What was decided; set before the first row is written.</summary>
    public BatchPlan? Plan { get; private set; }

    /// <param name="resolve">
    /// After an unknown commit: look for the batch's ids under the locks first (whoever held them has ended by then) and leave out what is there.
    /// </param>
    public async Task<Dictionary<Append, OutboxRow>> RunAsync(bool resolve, CancellationToken cancellation) =>
        !resolve && await StoreAsRememberedAsync(cancellation) ? [] : await ReadAndStoreAsync(resolve, cancellation);

    /// <summary>One round trip: numbered by what is remembered, stored only if that is what the database finds.</summary>
    private async Task<bool> StoreAsRememberedAsync(CancellationToken cancellation)
    {
        if (!dialect.HasRoundTrips || CrashPoints.Any || TestSwitches.AckBeforeCommit || remembered.Recall(appends, now) is not { } facts)
        {
            return false;
        }

        var plan = BatchPlan.Make(appends, facts, now, maxMembers, realtime.IsClear);
        if (plan.Answers.Count > 0)
        {
            return false;
        }

        await using var db = await contexts.CreateAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        Plan = plan;
        Phase = TransactionPhase.Committing;
        if (await dialect.InsertIfHeldAsync(db, plan, facts, Moves(plan), now, cancellation))
        {
            Phase = TransactionPhase.Committed;
            remembered.Keep(facts, plan, FactsFrom.Memory);
            return true;
        }

        Plan = null;
        Phase = TransactionPhase.Before;
        _refuted = facts;
        return false;
    }

    private async Task<Dictionary<Append, OutboxRow>> ReadAndStoreAsync(bool resolve, CancellationToken cancellation)
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
            return await ReadAndStoreAsync(resolve, cancellation);
        }

        if (_refuted is not null)
        {
            remembered.Refute(_refuted, facts, now);
        }

        foreach (var conversation in facts.Conversations.Values)
        {
            realtime.Note(conversation.Id, conversation.Policy);
        }

        await ReadReferredAsync(db, facts, cancellation);
        await ReadMembershipsAsync(db, facts, cancellation);
        var present = resolve ? await ExistingEvents.FindAsync(db, appends, cancellation) : [];
        var open = present.Count == 0 ? appends : [.. appends.Where(a => !present.ContainsKey(a))];
        Plan = BatchPlan.Make(open, facts, now, maxMembers, realtime.IsClear);
        if (Plan.Rows.Count > 0)
        {
            await StoreAsync(db, transaction, Plan, cancellation);
            CrashPoints.Pass(CrashPoints.AfterCommit);
        }

        Phase = TransactionPhase.Committed;
        remembered.Keep(facts, Plan, _refuted is null ? FactsFrom.Database : FactsFrom.Refuted);
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
        await BatchEffects.ApplyAsync(db, plan, cancellation);
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

    private static string Moves(BatchPlan plan) =>
        new CommitMoves(plan.Heads, plan.MemberChanges.Count == 0 ? null : [.. plan.MemberChanges.Select(m => m.Conversation).Distinct()]).ToJson();
}
