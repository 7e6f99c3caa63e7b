using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.Writing;

/// <summary>A change to a member row that goes with an event.</summary>
internal sealed record MemberChange(string Conversation, string User, MemberRole Role, long? JoinedAt, long? LeftAt);

/// <summary>A message whose body, and whose edits' bodies, go blank.</summary>
internal sealed record BodyRemoval(string Conversation, string Id, string Sender);

/// <summary>
/// Decides, from facts read under the locks, which appends enter the log and with which seq. Pure: no database, no clock.
/// Only what is accepted is numbered, so seq stays dense.
/// </summary>
internal sealed class BatchPlan(BatchFacts facts, long now, int maxMembers, bool realtimeIsClear)
{
    private static readonly LockedMember Outsider = new("", "", MemberRole.Owner, 0, null);

    private readonly Dictionary<string, long> _heads = new(StringComparer.Ordinal);

    /// <summary>Rows to insert, with the append that asked for each.</summary>
    public List<(Append Append, LogEvent Event)> Rows { get; } = [];

    public List<(Append Append, AppendOutcome Outcome)> Answers { get; } = [];

    public List<MemberChange> MemberChanges { get; } = [];

    public List<BodyRemoval> Removals { get; } = [];

    /// <summary>New heads of the conversations that moved.</summary>
    public IReadOnlyDictionary<string, long> Heads => _heads;

    /// <param name="realtimeIsClear">Nothing of a realtime conversation waits to be stored before what comes now.</param>
    public static BatchPlan Make(IReadOnlyList<Append> appends, BatchFacts facts, long now, int maxMembers, bool realtimeIsClear)
    {
        var plan = new BatchPlan(facts, now, maxMembers, realtimeIsClear);
        HashSet<Append> sentBack = [];
        foreach (var append in appends)
        {
            var answer = append.After is { } before && sentBack.Contains(before) ? AppendRefused.Overtaking : plan.Judge(append);
            if (answer is not null)
            {
                plan.Answers.Add((append, answer));
            }

            if (answer == AppendRefused.Overtaking)
            {
                sentBack.Add(append);
            }
        }

        return plan;
    }

    /// <summary>Null: accepted and numbered.</summary>
    private AppendOutcome? Judge(Append append)
    {
        // Topics take publishes only. These, and services, ask no member: whether the sender may was decided before.
        if (!facts.Conversations.TryGetValue(append.Conversation, out var conversation)
            || (append.Kind == AppendKind.Publish) != (conversation.Kind == ConversationKind.Topic)
            || (append.Kind == AppendKind.Publish || append.ByService ? Outsider : facts.Members.GetValueOrDefault((append.Conversation, append.Sender))) is not { IsActive: true } sender)
        {
            return AppendRefused.NotFound;
        }

        switch (append.Kind)
        {
            case AppendKind.Message when conversation.Policy == ConversationPolicy.Realtime && !append.KeepsRealtimeOrder && !realtimeIsClear:
                // Sent when this process did not know the policy. What its sender sent before may wait: it comes again, and then goes behind that.
                return AppendRefused.Overtaking;
            case < AppendKind.AddMembers when conversation.IsShut && append.AcceptedAt is null:
                return AppendRefused.Locked;
            case AppendKind.Message or AppendKind.Publish:
                Accept(conversation, append, append.Body);
                return null;
            case AppendKind.Edit or AppendKind.Delete or AppendKind.Reaction:
                return JudgeReference(conversation, sender, append);
            case AppendKind.AddMembers or AppendKind.RemoveMembers or AppendKind.Leave when conversation.Kind != ConversationKind.Group:
                return AppendRefused.Forbidden;
            case AppendKind.AddMembers:
                return JudgeAdd(conversation, sender, append);
            case AppendKind.RemoveMembers:
                return JudgeRemove(conversation, sender, append);
            case AppendKind.Leave:
                EndMembership(conversation, append, MembershipChange.Left, sender);
                return null;
            default:
                return AppendRefused.Internal;
        }
    }

    private AppendRefused? JudgeReference(LockedConversation conversation, LockedMember sender, Append append)
    {
        var key = (append.Conversation, append.Ref!);
        var candidates = facts.Referred.GetValueOrDefault(key);
        // Ids are unique per sender only: one's own message is meant before another's with the same id.
        var target = candidates?.Find(e => e.Sender == append.Sender) ?? (candidates is { Count: > 0 } ? candidates[0] : null);
        if (target is null || !target.HasBody || target.Type[0] == EventTypes.ReservedPrefix)
        {
            return AppendRefused.RefNotFound;
        }

        var own = target.Sender == append.Sender;
        switch (append.Kind)
        {
            case AppendKind.Edit when !own:
            case AppendKind.Delete when !own && !(sender.Role == MemberRole.Owner && conversation.Kind == ConversationKind.Group):
                return AppendRefused.Forbidden;
            case AppendKind.Delete:
                Removals.Add(new(target.Conversation, target.Id, target.Sender));
                candidates![candidates.IndexOf(target)] = target with { HasBody = false };
                break;
        }

        Accept(conversation, append, append.Body);
        return null;
    }

    private AppendOutcome? JudgeAdd(LockedConversation conversation, LockedMember sender, Append append)
    {
        if (sender.Role != MemberRole.Owner)
        {
            return AppendRefused.Forbidden;
        }

        var joining = new List<string>();
        foreach (var user in append.Users)
        {
            if (!(facts.Members.TryGetValue((conversation.Id, user), out var present) && present.IsActive) && !joining.Contains(user))
            {
                joining.Add(user);
            }
        }

        if (joining.Count == 0)
        {
            return AppendUnchanged.Instance;
        }

        var active = facts.ActiveMembers.GetValueOrDefault(conversation.Id) + joining.Count;
        if (active > maxMembers)
        {
            return AppendRefused.LimitReached;
        }

        facts.ActiveMembers[conversation.Id] = active;
        var seq = Accept(conversation, append, ChangeBody(MembershipChange.Added, joining));
        foreach (var user in joining)
        {
            facts.Members[(conversation.Id, user)] = new(conversation.Id, user, MemberRole.Member, seq, null);
            MemberChanges.Add(new(conversation.Id, user, MemberRole.Member, JoinedAt: seq, LeftAt: null));
        }

        return null;
    }

    private AppendRefused? JudgeRemove(LockedConversation conversation, LockedMember sender, Append append)
    {
        if (sender.Role != MemberRole.Owner)
        {
            return AppendRefused.Forbidden;
        }

        if (!facts.Members.TryGetValue((conversation.Id, append.Users[0]), out var target) || !target.IsActive)
        {
            return AppendRefused.NotFound;
        }

        EndMembership(conversation, append, MembershipChange.Removed, target);
        return null;
    }

    private void EndMembership(LockedConversation conversation, Append append, string action, LockedMember member)
    {
        var seq = Accept(conversation, append, ChangeBody(action, [member.User]));
        facts.Members[(conversation.Id, member.User)] = member with { LeftSeq = seq };
        facts.ActiveMembers[conversation.Id] = facts.ActiveMembers.GetValueOrDefault(conversation.Id) - 1;
        MemberChanges.Add(new(conversation.Id, member.User, member.Role, JoinedAt: null, LeftAt: seq));
        PassOwnershipOn(conversation, member);
    }

    /// <summary>A group is never without an owner: when the last one goes, the member of longest standing takes over.</summary>
    private void PassOwnershipOn(LockedConversation conversation, LockedMember gone)
    {
        if (gone.Role != MemberRole.Owner)
        {
            return;
        }

        LockedMember? heir = null;
        foreach (var ((id, _), member) in facts.Members)
        {
            if (id != conversation.Id || !member.IsActive)
            {
                continue;
            }

            if (member.Role == MemberRole.Owner)
            {
                return;
            }

            if (heir is null || (member.JoinedSeq, member.User).CompareTo((heir.JoinedSeq, heir.User)) < 0)
            {
                heir = member;
            }
        }

        if (heir is not null)
        {
            facts.Members[(conversation.Id, heir.User)] = heir with { Role = MemberRole.Owner };
            MemberChanges.Add(new(conversation.Id, heir.User, MemberRole.Owner, JoinedAt: null, LeftAt: null));
        }
    }

    private long Accept(LockedConversation conversation, Append append, ReadOnlyMemory<byte> body)
    {
        var seq = _heads.GetValueOrDefault(conversation.Id, conversation.HeadSeq) + 1;
        _heads[conversation.Id] = seq;
        var at = append.AcceptedAt ?? now;
        Rows.Add((append, new LogEvent
        {
            Conversation = conversation.Id,
            Epoch = conversation.Epoch,
            Seq = seq,
            Id = append.Id,
            Type = append.Type,
            Sender = append.Sender,
            At = at,
            Body = body,
            Ref = append.Ref,
            ExpiresAt = append.ExpiresIn is { } seconds ? at + (long)(seconds * 1000) : null,
            TraceParent = append.TraceParent,
        }));

        // A later append of the same batch may refer to this one.
        if (facts.Referred.TryGetValue((conversation.Id, append.Id), out var referred))
        {
            referred.Add(new(conversation.Id, append.Id, append.Sender, append.Type, HasBody: true));
        }

        return seq;
    }

    private static byte[] ChangeBody(string action, IReadOnlyList<string> users) =>
        JsonSerializer.SerializeToUtf8Bytes(new MembershipChange(action, users), ChatJson.Options);
}
