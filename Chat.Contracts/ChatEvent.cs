using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>One row of a conversation's log as clients see it.</summary>
public sealed record ChatEvent
{
    /// <summary>Opaque id of the conversation; <c>topic:NAME</c> for a topic.</summary>
    public required string Conversation { get; init; }

    /// <summary>Changes only when the log was restored or rewound.</summary>
    public long Epoch { get; init; }

    /// <summary>Place in the log: 1, 2, 3 … without a hole. Absent on a provisional event.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; init; }

    /// <summary>The sender's id for this event.</summary>
    public required string Id { get; init; }

    /// <summary>The application's type, or one of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>User who sent it.</summary>
    public required string Sender { get; init; }

    /// <summary>When it was accepted; RFC 3339, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Any JSON; <c>null</c> when deleted or expired.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>Id of the event that this one answers, edits, deletes or reacts to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ref { get; init; }

    /// <summary>When the body is blanked; RFC 3339, UTC.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Present (2) on a repeat within the connection.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Attempt { get; init; }
}

/// <summary>Event types that only the server writes.</summary>
public static class EventTypes
{
    /// <summary>Every reserved type begins with this.</summary>
    public const char ReservedPrefix = '$';

    /// <summary>Body: the new body of the message <c>ref</c>.</summary>
    public const string Edit = "$edit";

    /// <summary>The message <c>ref</c> is gone; no body.</summary>
    public const string Delete = "$delete";

    /// <summary>Body: <see cref="Reaction"/>; the sender's latest one about the message <c>ref</c> counts.</summary>
    public const string Reaction = "$reaction";

    /// <summary>Body: <see cref="MembershipChange"/>.</summary>
    public const string Member = "$member";
}

/// <summary>Body of a <c>$member</c> event.</summary>
/// <param name="Action"><c>added</c>, <c>removed</c> or <c>left</c>.</param>
/// <param name="Users">Who was added or removed.</param>
public sealed record MembershipChange(string Action, IReadOnlyList<string> Users)
{
    /// <summary>Users were added by the sender.</summary>
    public const string Added = "added";

    /// <summary>Users were removed by the sender.</summary>
    public const string Removed = "removed";

    /// <summary>The sender left.</summary>
    public const string Left = "left";
}

/// <summary>Body of a <c>$reaction</c> event: what the sender thinks of the message now. It replaces what the sender said before.</summary>
/// <param name="Emoji">Up to 32 characters; empty takes the reaction back.</param>
public sealed record Reaction(string Emoji);
