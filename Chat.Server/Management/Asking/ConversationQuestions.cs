using Chat.Contracts.Management;

namespace Chat.Server.Management.Asking;

internal sealed record ConversationsQuestion(
    string? Search, string? Kind, string? Policy, bool Locked, string? Member, string Sort, bool Descending, int Skip, int Take, IReadOnlyList<string> With);

/// <summary>A part of a list that the database cuts; <c>Total</c> is a lower bound when <c>More</c>.</summary>
internal sealed record Cut<T>(long Total, bool More, IReadOnlyList<T> Rows);

internal sealed record ConversationQuestion(string Id);

internal sealed record MembersQuestion(string Conversation, string? Search, string Sort, bool Descending, int Skip, int Take);

internal sealed record RemoveMemberQuestion(string Conversation, string User);

/// <param name="Seq">Of the event that tells it.</param>
internal sealed record MemberRemoved(long Seq);

/// <param name="Reason">Why it is locked; null: it is opened again.</param>
internal sealed record LockQuestion(string Conversation, string? Reason, string By);

/// <summary>Whether it was otherwise before.</summary>
internal sealed record LockChange(bool Changed);

/// <param name="From">The first seq that is sent once more.</param>
internal sealed record ResendQuestion(string Conversation, string User, long From);

/// <param name="Head">The last seq that there is.</param>
/// <param name="Devices">Had acknowledged what is sent once more.</param>
internal sealed record ResendPlace(long Head, int Devices);

internal sealed record Resending(int Connections);

internal sealed record MessagesQuestion(string Conversation, long? Before, int Limit);

internal sealed record RevealQuestion(string Conversation, long Seq);

internal sealed record TraceQuestion(string Id);

/// <summary>What a worker remembers of these events.</summary>
internal sealed record RememberedQuestion(IReadOnlyList<EventPlace> Events, IReadOnlyList<string> Users);

internal sealed record EventPlace(string Conversation, long Seq);

/// <summary>One list for each event that was asked for, and which devices of the users are connected.</summary>
internal sealed record Remembered(IReadOnlyList<IReadOnlyList<TraceStep>> Steps, IReadOnlyList<DevicePlace> Connected);

internal sealed record DevicePlace(string User, string Device);

internal sealed record FollowingQuestion(IReadOnlyList<string> Ids);

/// <param name="Counts">Connections that are fed each, in the order of the question.</param>
internal sealed record Following(IReadOnlyList<int> Counts);

/// <summary>What the database knows of a user.</summary>
internal sealed record StoredUser(int Conversations, IReadOnlyList<DeviceView> Devices, BlockView? Block);
