using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>What the server tells a client beside events. Which fields are present depends on <see cref="Kind"/>.</summary>
public sealed record Notice
{
    /// <summary>One of <see cref="NoticeKinds"/>; clients ignore kinds they do not know.</summary>
    public required string Kind { get; init; }

    /// <summary>Conversation the notice is about.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Conversation { get; init; }

    /// <summary>User the notice is about (presence, typing, receipt) or, on welcome, who the connection belongs to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? User { get; init; }

    /// <summary>On welcome: the device of the connection.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Device { get; init; }

    /// <summary>On welcome: the connection's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Connection { get; init; }

    /// <summary>On welcome: the most events that may be unacknowledged before the server waits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Window { get; init; }

    /// <summary>On welcome, degraded and restored: <c>redis</c>, <c>database</c> or <c>local</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Mode { get; init; }

    /// <summary>On degraded and restored: <c>redis</c> or <c>storage</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Dependency { get; init; }

    /// <summary>On reset: the seq before the next event.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Head { get; init; }

    /// <summary>Why, as a code (reset, skipped, revoked).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>On truncated: first seq that is no longer kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? From { get; init; }

    /// <summary>On truncated: last seq that is no longer kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? To { get; init; }

    /// <summary>On skipped: the seq that was given up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; init; }

    /// <summary>On presence: <c>online</c>, <c>away</c> or <c>offline</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? State { get; init; }

    /// <summary>On presence: other nodes are out of hearing, for Redis is lost.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Partial { get; init; }

    /// <summary>On receipt: the user has everything up to here on at least one device.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? DeliveredSeq { get; init; }

    /// <summary>On receipt: the user has read up to here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ReadSeq { get; init; }

    /// <summary>On draining: seconds until this client should reconnect.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ReconnectAfter { get; init; }

    /// <summary>On bye: one of <see cref="ErrorCodes"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>On bye: whether to reconnect.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Retry { get; init; }

    /// <summary>On bye: seconds to wait before that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RetryAfter { get; init; }

    /// <summary>On tokenExpiring: when; RFC 3339, UTC.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? At { get; init; }
}

/// <summary>Reasons of <c>skipped</c>.</summary>
public static class SkipReasons
{
    /// <summary>It is kept as a dead letter and may come again, when an operator replays it.</summary>
    public const string DeadLetter = "dead_letter";

    /// <summary>It had expired anyway.</summary>
    public const string Expired = "expired";

    /// <summary>The device has as many dead letters as it may: it is not kept as one. It is still in the history.</summary>
    public const string Quota = "dead_letter_quota";
}

/// <summary>Every kind of <see cref="Notice"/>.</summary>
public static class NoticeKinds
{
    /// <summary>First on every connection.</summary>
    public const string Welcome = "welcome";

    /// <summary>A dependency is lost; what works goes on.</summary>
    public const string Degraded = "degraded";

    /// <summary>The dependency is back.</summary>
    public const string Restored = "restored";

    /// <summary>This process shuts down: reconnect after <c>reconnectAfter</c> seconds.</summary>
    public const string Draining = "draining";

    /// <summary>The next event of the conversation is <c>head</c> + 1; forget the position held so far.</summary>
    public const string Reset = "reset";

    /// <summary>What follows <c>head</c> is sent once more, because an operator asked for it: what is known is not applied again, and acknowledged.</summary>
    public const string Again = "again";

    /// <summary>Events <c>from</c>–<c>to</c> are no longer kept.</summary>
    public const string Truncated = "truncated";

    /// <summary>The event <c>seq</c> became a dead letter for this device.</summary>
    public const string Skipped = "skipped";

    /// <summary>A user came or went.</summary>
    public const string Presence = "presence";

    /// <summary>A member is typing.</summary>
    public const string Typing = "typing";

    /// <summary>How far a member has received and read.</summary>
    public const string Receipt = "receipt";

    /// <summary>The caller's rights to the conversation ended.</summary>
    public const string Revoked = "revoked";

    /// <summary>The token expires soon: refresh it.</summary>
    public const string TokenExpiring = "tokenExpiring";

    /// <summary>The server closes this connection.</summary>
    public const string Bye = "bye";
}
