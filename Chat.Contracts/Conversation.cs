using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>A conversation as one of its members sees it.</summary>
public sealed record Conversation
{
    /// <summary>Opaque.</summary>
    public required string Id { get; init; }

    /// <summary>One of <see cref="ConversationKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Title of a group.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    /// <summary>Epoch of the log.</summary>
    public long Epoch { get; init; }

    /// <summary>Last seq of the log; 0 when empty.</summary>
    public long Head { get; init; }

    /// <summary>First seq that the caller may read.</summary>
    public long First { get; init; }

    /// <summary>The caller has read up to here.</summary>
    public long ReadSeq { get; init; }

    /// <summary>Others' messages after <see cref="ReadSeq"/>.</summary>
    public long Unread { get; init; }

    /// <summary>One of <see cref="ConversationPolicies"/>.</summary>
    public required string Policy { get; init; }

    /// <summary>An operator has locked it: nothing can be sent to it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Locked { get; init; }

    /// <summary>Who belongs to it.</summary>
    public required IReadOnlyList<Member> Members { get; init; }
}

/// <summary>A member of a conversation.</summary>
/// <param name="User">The user's id (<c>sub</c> of the token).</param>
/// <param name="Role">One of <see cref="MemberRoles"/>.</param>
public sealed record Member(string User, string Role);

/// <summary>Kinds of conversations.</summary>
public static class ConversationKinds
{
    /// <summary>Two users.</summary>
    public const string Direct = "direct";

    /// <summary>An owner and members.</summary>
    public const string Group = "group";

    /// <summary>A publish/subscribe topic.</summary>
    public const string Topic = "topic";
}

/// <summary>What happens to a send while storage is down.</summary>
public static class ConversationPolicies
{
    /// <summary>Stored, then delivered; refused while storage is down.</summary>
    public const string Durable = "durable";

    /// <summary>Delivered to who is online and stored when storage is back.</summary>
    public const string Realtime = "realtime";
}

/// <summary>What a member may do.</summary>
public static class MemberRoles
{
    /// <summary>May add and remove members and delete any message.</summary>
    public const string Owner = "owner";

    /// <summary>May read and write.</summary>
    public const string Member = "member";
}
