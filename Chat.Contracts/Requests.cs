using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>Stores a message and delivers it to every member. Answer: <see cref="Receipt"/>.</summary>
public sealed record SendRequest
{
    // Properties, not parameters: it is read for every message, and the serializer boxes long parameter lists.

    /// <summary>As the serializer makes it.</summary>
    [JsonConstructor]
    public SendRequest()
    {
    }

    /// <summary>With everything that a send must have.</summary>
    public SendRequest(string? id, string? conversation, string? type, JsonElement body, string? replyTo = null, double? expiresIn = null)
    {
        Id = id;
        Conversation = conversation;
        Type = type;
        Body = body;
        ReplyTo = replyTo;
        ExpiresIn = expiresIn;
    }

    /// <summary>The client's id: 1–64 characters; the same id is stored once.</summary>
    public string? Id { get; init; }

    /// <summary>Where to.</summary>
    public string? Conversation { get; init; }

    /// <summary>The application's type: 1–64 characters, not beginning with <c>$</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Any JSON up to 32 KB.</summary>
    public JsonElement Body { get; init; }

    /// <summary>Id of the event that this one answers.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>Seconds until the body is blanked.</summary>
    public double? ExpiresIn { get; init; }
}

/// <summary>Several sends, in order. Answer: <see cref="BatchResult"/>.</summary>
public sealed record SendBatchRequest(IReadOnlyList<SendRequest>? Items);

/// <summary>Publishes to a topic. Answer: <see cref="Receipt"/>.</summary>
public sealed record PublishRequest(string? Id, string? Topic, string? Type, JsonElement Body, double? ExpiresIn = null);

/// <summary>Subscribes to a topic. Answer: <see cref="SubscribeResult"/>.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="From">
/// <c>"head"</c>: what comes from now on; <c>"last"</c>: the last event and what comes; <c>"start"</c>: all that is kept; or a seq: the first
/// event wanted is the one after it. Absent: an existing subscription goes on where it stands, a new one begins at the head, or with the
/// last event where the topic retains it.
/// </param>
/// <param name="Durable">Keep a cursor and replay what was missed; otherwise the subscription ends with the connection.</param>
public sealed record SubscribeRequest(string? Topic, JsonElement? From = null, bool? Durable = null);

/// <summary>Ends a subscription.</summary>
public sealed record UnsubscribeRequest(string? Topic);

/// <summary>One position of a cumulative acknowledgement.</summary>
/// <param name="Conversation">Which conversation.</param>
/// <param name="Seq">Everything up to here is safe with the client.</param>
/// <param name="Error">Set when the client failed at the event right behind <paramref name="Seq"/>: why, in a sentence. Operators read it.</param>
public sealed record AckPosition(
    string? Conversation, long Seq, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null);

/// <summary>Reads the log, ascending. At most one of <c>before</c>, <c>after</c>, <c>around</c>; none: the newest.</summary>
public sealed record HistoryRequest(string? Conversation, long? Before = null, long? After = null, long? Around = null, int? Limit = null);

/// <summary>Creates a conversation. The caller is a member (of a group: the owner) without being named.</summary>
/// <param name="Kind"><c>direct</c> (exactly one other member; the same two users always get the same conversation) or <c>group</c>.</param>
/// <param name="Members">Users to be members; users never seen before are fine.</param>
/// <param name="Id">The client's id for this call: repeated, it answers the same conversation.</param>
/// <param name="Title">Shown to members; up to 200 characters.</param>
/// <param name="Policy"><c>durable</c> (default) or <c>realtime</c>.</param>
public sealed record CreateConversationRequest(string? Kind, IReadOnlyList<string>? Members, string? Id = null, string? Title = null, string? Policy = null);

/// <summary>Lists the caller's conversations.</summary>
public sealed record ConversationsRequest;

/// <summary>Adds members to a group; owners only.</summary>
public sealed record AddMembersRequest(string? Conversation, IReadOnlyList<string>? Users);

/// <summary>Removes a member from a group; owners only.</summary>
public sealed record RemoveMemberRequest(string? Conversation, string? User);

/// <summary>Leaves a group.</summary>
public sealed record LeaveRequest(string? Conversation);

/// <summary>Moves the caller's read position forward.</summary>
public sealed record MarkReadRequest(string? Conversation, long Seq);

/// <summary>Replaces the body of one's own message.</summary>
public sealed record EditRequest(string? Id, string? Conversation, string? Ref, JsonElement Body);

/// <summary>Deletes one's own message; an owner may delete any of the group.</summary>
public sealed record DeleteRequest(string? Id, string? Conversation, string? Ref);

/// <summary>Says what the caller thinks of a message, in place of what was said before; an empty emoji takes it back.</summary>
public sealed record ReactRequest(string? Id, string? Conversation, string? Ref, string? Emoji);

/// <summary>Tells the other members that the caller is typing.</summary>
public sealed record TypingRequest(string? Conversation);

/// <summary>Asks who is there: of these users, or of all members of a conversation. Answer: <see cref="PresenceResult"/>.</summary>
/// <param name="Users">1 to 100 users.</param>
/// <param name="Conversation">Instead of users: answers those of its members who are not offline.</param>
public sealed record PresenceRequest(IReadOnlyList<string>? Users = null, string? Conversation = null);

/// <summary>Replaces the token of the connection.</summary>
public sealed record RefreshTokenRequest(string? Token);

/// <summary>Keeps the application's watchdog quiet; answers the server's time.</summary>
public sealed record PingRequest;
