using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.Writing;

/// <summary>A conversation as it stands under its lock.</summary>
/// <param name="IsShut">An operator has locked it: nothing more is said in it.</param>
internal sealed record LockedConversation(string Id, ConversationKind Kind, ConversationPolicy Policy, long Epoch, long HeadSeq, bool IsShut = false);

/// <summary>A member as he stands under the conversation's lock.</summary>
internal sealed record LockedMember(string Conversation, string User, MemberRole Role, long JoinedSeq, long? LeftSeq)
{
    public bool IsActive => LeftSeq is null;
}

/// <summary>An event that an edit, delete or reaction means.</summary>
internal sealed record ReferredEvent(string Conversation, string Id, string Sender, string Type, bool HasBody);

/// <summary>What a batch is judged by. Read after the locks were taken, by statements of their own.</summary>
internal sealed class BatchFacts
{
    public Dictionary<string, LockedConversation> Conversations { get; } = new(StringComparer.Ordinal);

    public Dictionary<(string Conversation, string User), LockedMember> Members { get; } = [];

    /// <summary>Number of active members, for the conversations whose membership the batch changes.</summary>
    public Dictionary<string, int> ActiveMembers { get; } = new(StringComparer.Ordinal);

    public Dictionary<(string Conversation, string Id), List<ReferredEvent>> Referred { get; } = [];
}
