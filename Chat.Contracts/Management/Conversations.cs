using System.Text.Json;

namespace Chat.Contracts.Management;

/// <summary>A conversation or topic, as an operator sees it: what it is and how it goes, never what is said.</summary>
public sealed record ConversationView
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>One of <see cref="ConversationKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Title of a group, name of a topic.</summary>
    public string? Title { get; init; }

    /// <summary>One of <see cref="ConversationPolicies"/>.</summary>
    public required string Policy { get; init; }

    /// <summary>Members, or durable subscribers.</summary>
    public int Members { get; init; }

    /// <summary>Last seq of its log.</summary>
    public long Head { get; init; }

    /// <summary>First seq that is kept.</summary>
    public long First { get; init; }

    /// <summary>Epoch of its log.</summary>
    public long Epoch { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its log moved last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Connections that are fed it now, on all nodes; null: not asked for (<see cref="ConversationExtras"/>) or not known.</summary>
    public int? Online { get; init; }

    /// <summary>Messages a minute, of late; null: not asked for.</summary>
    public double? MessagesPerMinute { get; init; }

    /// <summary>Bytes of the bodies that are kept; null: not asked for.</summary>
    public long? StoredBytes { get; init; }

    /// <summary><see cref="StoredBytes"/> is estimated by the newest messages.</summary>
    public bool StoredEstimated { get; init; }

    /// <summary>Users with a device that has not acknowledged its head; null: not asked for.</summary>
    public int? Queued { get; init; }

    /// <summary>There may be more than <see cref="Queued"/>: not all devices were looked at.</summary>
    public bool QueuedMore { get; init; }

    /// <summary>Since when it is locked; null: it is open.</summary>
    public DateTimeOffset? LockedAt { get; init; }

    /// <summary>Who locked it.</summary>
    public string? LockedBy { get; init; }

    /// <summary>Why it is locked.</summary>
    public string? LockedReason { get; init; }
}

/// <summary>What of a <see cref="ConversationView"/> takes another look at each: a list has it when it is asked for.</summary>
public static class ConversationExtras
{
    /// <summary><see cref="ConversationView.Online"/>.</summary>
    public const string Online = "online";

    /// <summary><see cref="ConversationView.MessagesPerMinute"/>.</summary>
    public const string Rate = "rate";

    /// <summary><see cref="ConversationView.StoredBytes"/>.</summary>
    public const string Size = "size";

    /// <summary><see cref="ConversationView.Queued"/>.</summary>
    public const string Queued = "queued";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Online, Rate, Size, Queued];
}

/// <summary>A conversation with what takes another look to know.</summary>
public sealed record ConversationDetail
{
    /// <summary>As in the list.</summary>
    public required ConversationView Conversation { get; init; }

    /// <summary>Connections that are fed it now, over all workers.</summary>
    public int Online { get; init; }

    /// <summary>Messages within the last 10 minutes, a minute.</summary>
    public double MessagesPerMinute { get; init; }

    /// <summary>Messages of each minute of the last hour; null where they were too many to count. Null: an older server.</summary>
    public ChartAnswer? Rate { get; init; }

    /// <summary>Bytes of the bodies that are kept.</summary>
    public long? StoredBytes { get; init; }

    /// <summary>Devices that have not acknowledged its head.</summary>
    public int Owing { get; init; }

    /// <summary>Set when not every worker answered (<see cref="Online"/>).</summary>
    public PartialAnswer? Partial { get; init; }
}

/// <summary>A message that tries a topic out.</summary>
/// <param name="Id">Its trace is found by this.</param>
/// <param name="Seq">Its place.</param>
/// <param name="CorrelationId">Its line in the audit log.</param>
public sealed record TestMessage(string Id, long Seq, string CorrelationId = "");

/// <summary>A member and how far their slowest device is.</summary>
public sealed record MemberView
{
    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>One of <see cref="MemberRoles"/>.</summary>
    public required string Role { get; init; }

    /// <summary>First seq they may see.</summary>
    public long JoinedSeq { get; init; }

    /// <summary>Last seq they may see; null while they are a member.</summary>
    public long? LeftSeq { get; init; }

    /// <summary>They have read up to here.</summary>
    public long ReadSeq { get; init; }

    /// <summary>What their slowest device acknowledged; null when no device of theirs ever connected.</summary>
    public long? AckedSeq { get; init; }

    /// <summary>Events that their slowest device has not acknowledged.</summary>
    public long Lag { get; init; }

    /// <summary>Devices with a place in this log.</summary>
    public int Devices { get; init; }
}

/// <summary>Sends a member once more what was sent before.</summary>
public sealed record ResendRequest
{
    /// <summary>The first seq; required, within what is kept and what the member may see.</summary>
    public long? From { get; init; }

    /// <summary>Why; goes into the audit log.</summary>
    public string? Reason { get; init; }
}

/// <summary>What can be told of a message without telling it.</summary>
public sealed record MessageView
{
    /// <summary>Its conversation.</summary>
    public required string Conversation { get; init; }

    /// <summary>Its place in the log.</summary>
    public long Seq { get; init; }

    /// <summary>Its epoch.</summary>
    public long Epoch { get; init; }

    /// <summary>The sender's id of it.</summary>
    public required string Id { get; init; }

    /// <summary>Who sent it.</summary>
    public required string Sender { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The message it means, if any.</summary>
    public string? Ref { get; init; }

    /// <summary>When its body goes; null: it stays.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Bytes of its body; null when the body was deleted or has expired.</summary>
    public int? Bytes { get; init; }

    /// <summary>The first 12 hexadecimal digits of its content's SHA-256.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Devices that have acknowledged it.</summary>
    public int Delivered { get; init; }

    /// <summary>Devices to which it is owed.</summary>
    public int Queued { get; init; }
}

/// <summary>A body, revealed to an admin who gave a reason. The audit log has who, when and why, and not the body.</summary>
public sealed record BodyView
{
    /// <summary>Its conversation.</summary>
    public required string Conversation { get; init; }

    /// <summary>Its place in the log.</summary>
    public long Seq { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>As it was sent; null when deleted or expired.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>Finds the reveal in the audit log.</summary>
    public string CorrelationId { get; init; } = "";
}
