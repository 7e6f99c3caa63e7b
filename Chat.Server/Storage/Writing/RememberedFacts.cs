namespace Chat.Server.Storage.Writing;

/// <summary>Where a batch's heads and memberships came from.</summary>
internal enum FactsFrom
{
    /// <summary>Read under the locks.</summary>
    Database,

    /// <summary>Remembered, and found by the database to be so.</summary>
    Memory,

    /// <summary>Remembered and found to be otherwise; then read under the locks.</summary>
    Refuted,
}

/// <summary>
/// What the last batches left behind: heads and memberships, so that a batch can be numbered before anything is read. Never trusted: the
/// database holds it against the rows it has locked, in the request that stores (optimistic concurrency). Used by the writer alone, one batch
/// after another.
/// </summary>
internal sealed class RememberedFacts(WriterMeter meter)
{
    /// <summary>Conversations, and members, before all is forgotten; at about 200 bytes each.</summary>
    public const int Capacity = 50_000;

    /// <summary>How long (ms) a conversation that another process wrote to is read under its lock, as it probably will be again.</summary>
    public const long SharedFor = 10_000;

    private readonly Dictionary<string, LockedConversation> _conversations = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Conversation, string User), LockedMember> _members = [];
    private readonly Dictionary<string, long> _sharedUntil = new(StringComparer.Ordinal);

    /// <summary>All that messages and publishes are judged by; null when some of it is not known, or is another process's to change as well.</summary>
    public BatchFacts? Recall(IReadOnlyList<Append> appends, long now)
    {
        var facts = new BatchFacts();
        foreach (var append in appends)
        {
            if (append.Kind is not (AppendKind.Message or AppendKind.Publish)
                || !_conversations.TryGetValue(append.Conversation, out var conversation)
                || _sharedUntil.GetValueOrDefault(append.Conversation) > now)
            {
                return null;
            }

            facts.Conversations.TryAdd(append.Conversation, conversation);
            if (append.Kind is AppendKind.Message && !append.ByService)
            {
                if (!_members.TryGetValue((append.Conversation, append.Sender), out var member))
                {
                    return null;
                }

                facts.Members.TryAdd((append.Conversation, append.Sender), member);
            }
        }

        return facts;
    }

    /// <summary>A batch was committed by these facts.</summary>
    public void Keep(BatchFacts facts, BatchPlan plan, FactsFrom from)
    {
        meter.Transacted(from);
        if (_conversations.Count + facts.Conversations.Count > Capacity || _members.Count + facts.Members.Count > Capacity)
        {
            _conversations.Clear();
            _members.Clear();
            _sharedUntil.Clear();
        }

        foreach (var conversation in facts.Conversations.Values)
        {
            _conversations[conversation.Id] = plan.Heads.TryGetValue(conversation.Id, out var head) ? conversation with { HeadSeq = head } : conversation;
        }

        foreach (var (key, member) in facts.Members)
        {
            if (member.IsActive)
            {
                _members[key] = member;
            }
            else
            {
                _members.Remove(key);
            }
        }
    }

    /// <summary>The database had other heads than these: somebody else writes to those conversations.</summary>
    public void Refute(BatchFacts remembered, BatchFacts read, long now)
    {
        foreach (var conversation in remembered.Conversations.Values)
        {
            if (read.Conversations.GetValueOrDefault(conversation.Id) != conversation)
            {
                _sharedUntil[conversation.Id] = now + SharedFor;
            }
        }

        foreach (var key in remembered.Members.Keys)
        {
            _members.Remove(key);
        }
    }

    /// <summary>What became of these is not known.</summary>
    public void Forget(IReadOnlyList<Append> appends)
    {
        foreach (var append in appends)
        {
            _conversations.Remove(append.Conversation);
        }
    }
}
