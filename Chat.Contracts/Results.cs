using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>What every call answers at least.</summary>
public record Result
{
    /// <summary>Whether the call did what it says.</summary>
    public bool Ok { get; init; }

    /// <summary>Why not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatError? Error { get; init; }

    /// <summary>The plain success.</summary>
    public static Result Success { get; } = new() { Ok = true };

    /// <summary>A plain refusal.</summary>
    public static Result Failure(ChatError error) => new() { Error = error };
}

/// <summary>Answer to a send.</summary>
public sealed record Receipt : Result
{
    /// <summary>The id of the request.</summary>
    public string? Id { get; init; }

    /// <summary>Where it went.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Conversation { get; init; }

    /// <summary>Its place in the log; absent while <c>queued</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; init; }

    /// <summary>Epoch of the log.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Epoch { get; init; }

    /// <summary>One of <see cref="ReceiptStatus"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }

    /// <summary>When it was accepted; RFC 3339, UTC.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? At { get; init; }
}

/// <summary>What became of a send.</summary>
public static class ReceiptStatus
{
    /// <summary>Committed by this call.</summary>
    public const string Stored = "stored";

    /// <summary>Committed by an earlier call with the same id; seq, epoch and at are that one's.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>On local disk, delivered to who is online, stored when the database is back (realtime policy).</summary>
    public const string Queued = "queued";
}

/// <summary>Answer to a batch: one receipt per item, in order. <c>ok</c> means that the batch was taken, not that each item was.</summary>
public sealed record BatchResult : Result
{
    /// <summary>One per item.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Receipt>? Receipts { get; init; }
}

/// <summary>Answer to History.</summary>
public sealed record HistoryResult : Result
{
    /// <summary>Ascending by seq.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ChatEvent>? Events { get; init; }

    /// <summary>Last seq of the log.</summary>
    public long Head { get; init; }

    /// <summary>First seq that the caller may read.</summary>
    public long First { get; init; }
}

/// <summary>Answer to Subscribe.</summary>
public sealed record SubscribeResult : Result
{
    /// <summary>Id under which the topic's events arrive.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Conversation { get; init; }

    /// <summary>Last seq of the log.</summary>
    public long Head { get; init; }

    /// <summary>Where the subscription stands: the first event to come is the one after it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Position { get; init; }
}

/// <summary>Answer to CreateConversation.</summary>
public sealed record ConversationResult : Result
{
    /// <summary>The conversation as the caller sees it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Conversation? Conversation { get; init; }
}

/// <summary>Answer to Conversations.</summary>
public sealed record ConversationsResult : Result
{
    /// <summary>The caller's conversations, the one with the newest event first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Conversation>? Conversations { get; init; }
}

/// <summary>Answer to Presence.</summary>
public sealed record PresenceResult : Result
{
    /// <summary>State by user: <c>online</c>, <c>away</c> (within the grace) or <c>offline</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Presence { get; init; }

    /// <summary>True while other nodes are out of hearing: their users are shown as they were last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Partial { get; init; }
}

/// <summary>Answer to Ping.</summary>
public sealed record PingResult : Result
{
    /// <summary>The server's time; RFC 3339, UTC.</summary>
    public DateTimeOffset At { get; init; }
}
