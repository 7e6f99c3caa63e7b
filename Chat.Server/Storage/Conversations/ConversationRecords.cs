using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.Conversations;

/// <summary>A conversation to be created. The log stays empty; members see it from its first event on.</summary>
/// <param name="UniqueKey">Who asks with the same key gets the conversation that is there.</param>
/// <param name="Members">The creator among them; distinct.</param>
internal sealed record NewConversation(
    string Id,
    ConversationKind Kind,
    string? Title,
    ConversationPolicy Policy,
    string? UniqueKey,
    IReadOnlyList<ConversationMember> Members);

internal sealed record ConversationMember(string User, MemberRole Role);

/// <summary>A conversation as one of its members sees it.</summary>
internal sealed record ConversationView(
    string Id,
    ConversationKind Kind,
    string? Title,
    ConversationPolicy Policy,
    long Epoch,
    long Head,
    long First,
    long ReadSeq,
    int Unread,
    bool Locked,
    IReadOnlyList<ConversationMember> Members);

/// <summary>Which part of a log to read; at most one place is set.</summary>
internal sealed record HistoryWindow(long? Before, long? After, long? Around, int Limit);

/// <summary>A part of a log, ascending, within what the member may see.</summary>
internal sealed record HistoryPage(long Head, long First, IReadOnlyList<OutboxRow> Rows);

/// <summary>How far a member has read, and whether this call moved it there.</summary>
internal sealed record ReadMark(long Seq, bool Moved);
