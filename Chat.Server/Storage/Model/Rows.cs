namespace Chat.Server.Storage.Model;

/// <summary>A conversation and the head of its log. The row's lock is what makes <c>seq</c> dense.</summary>
internal sealed class ConversationRow
{
    public required string Id { get; set; }
    public ConversationKind Kind { get; set; }
    public string? Title { get; set; }
    public long Epoch { get; set; } = 1;
    public long HeadSeq { get; set; }

    /// <summary>First seq that is still kept; retention cuts only a prefix.</summary>
    public long FirstSeq { get; set; } = 1;
    public ConversationPolicy Policy { get; set; }

    /// <summary>What makes a conversation unique: the two users of a direct one, the creator and its request id of a group; null otherwise.</summary>
    public string? UniqueKey { get; set; }
    public long CreatedAt { get; set; }
    public long UpdatedAt { get; set; }

    /// <summary>Since when nothing may be sent to it; null: it is open.</summary>
    public long? LockedAt { get; set; }
    public string? LockedReason { get; set; }
    public string? LockedBy { get; set; }
}

/// <summary>A user's place in a conversation. Kept after leaving, so that what was owed up to then is still delivered.</summary>
internal sealed class MemberRow
{
    public required string ConversationId { get; set; }
    public required string UserId { get; set; }
    public MemberRole Role { get; set; }

    /// <summary>First seq the member may see.</summary>
    public long JoinedSeq { get; set; }

    /// <summary>Last seq the member may see; null while a member.</summary>
    public long? LeftSeq { get; set; }
    public long ReadSeq { get; set; }
}

/// <summary>One event of a conversation's log.</summary>
internal sealed class OutboxRow
{
    public required string ConversationId { get; set; }
    public long Seq { get; set; }
    public long Epoch { get; set; }

    /// <summary>The sender's id for it; unique with <see cref="Sender"/>.</summary>
    public required string Id { get; set; }
    public required string Sender { get; set; }
    public required string Type { get; set; }

    /// <summary>JSON as it was sent; null when deleted or expired.</summary>
    public string? Body { get; set; }

    /// <summary>Tells the same content from another under the same id, also after the body is gone.</summary>
    public required byte[] Hash { get; set; }
    public string? Ref { get; set; }

    /// <summary>Unix milliseconds, UTC.</summary>
    public long At { get; set; }

    /// <summary>Unix milliseconds, UTC.</summary>
    public long? ExpiresAt { get; set; }
}

/// <summary>What one transaction moved: conversations and their new heads. Followers read this instead of every conversation.</summary>
internal sealed class CommitRow
{
    public long Id { get; set; }

    /// <summary>PostgreSQL: the transaction's id, for ids of this table do not commit in order. SQLite: null.</summary>
    public long? Xid { get; set; }

    /// <summary>Process that committed, for whoever reads the journal by hand. Followers read their own too: a commit whose reply was lost is among them.</summary>
    public required string Origin { get; set; }

    /// <summary>JSON of <see cref="Reading.CommitMoves"/>.</summary>
    public required string Moves { get; set; }
    public long At { get; set; }
}

/// <summary>A device that has connected at least once.</summary>
internal sealed class DeviceRow
{
    public required string UserId { get; set; }
    public required string DeviceId { get; set; }
    public long CreatedAt { get; set; }
    public long LastSeenAt { get; set; }
}

/// <summary>How far a device has acknowledged a conversation. What lies after it is owed.</summary>
internal sealed class CursorRow
{
    public required string UserId { get; set; }
    public required string DeviceId { get; set; }
    public required string ConversationId { get; set; }
    public long AckedSeq { get; set; }
}

/// <summary>A device's durable subscription to a topic; where it stands is its cursor. It goes with the device.</summary>
internal sealed class SubscriptionRow
{
    public required string UserId { get; set; }
    public required string DeviceId { get; set; }
    public required string ConversationId { get; set; }
    public long CreatedAt { get; set; }
}

/// <summary>The event at which a device fails now, and how often it has. One row a cursor: what lies behind the event waits for it.</summary>
internal sealed class DeliveryRoundRow
{
    public required string UserId { get; set; }
    public required string DeviceId { get; set; }
    public required string ConversationId { get; set; }
    public long Seq { get; set; }
    public int Rounds { get; set; }
    public string? FirstError { get; set; }
    public string? LastError { get; set; }
    public long FirstAt { get; set; }
    public long LastAt { get; set; }
}

/// <summary>An event that was given up for one device. It stays in the log; this row is what an operator can act on.</summary>
internal sealed class DeadLetterRow
{
    public required string Id { get; set; }
    public required string UserId { get; set; }
    public required string DeviceId { get; set; }
    public required string ConversationId { get; set; }
    public long Seq { get; set; }
    public required string EventId { get; set; }
    public required string EventType { get; set; }
    public required string Sender { get; set; }

    /// <summary>One of <see cref="DeadLetters.FailureReasons"/>.</summary>
    public required string Reason { get; set; }

    /// <summary>Deliveries that failed, replays included.</summary>
    public int Attempts { get; set; }
    public string? FirstError { get; set; }
    public string? LastError { get; set; }
    public long FirstAt { get; set; }
    public long LastAt { get; set; }
    public DeadLetterState State { get; set; }

    /// <summary>Who replayed or discarded it last, and when.</summary>
    public string? ActedBy { get; set; }
    public long? ActedAt { get; set; }
}

/// <summary>A user who is or was shut out.</summary>
internal sealed class BlockRow
{
    public required string UserId { get; set; }
    public string? Reason { get; set; }
    public string? BlockedBy { get; set; }
    public long BlockedAt { get; set; }

    /// <summary>Null: until it is lifted.</summary>
    public long? EndsAt { get; set; }

    /// <summary>When it was made, changed or lifted; processes ask for what changed since they asked last.</summary>
    public long ChangedAt { get; set; }
}

/// <summary>A node as it announces itself to whoever manages all of them: where it is reached, and when it was there last.</summary>
internal sealed class NodeRow
{
    /// <summary>What it is called across restarts.</summary>
    public required string Id { get; set; }
    public required string Name { get; set; }

    /// <summary>Where its management API is.</summary>
    public required string ManagementUrl { get; set; }
    public required string Version { get; set; }

    /// <summary>Unix milliseconds, UTC.</summary>
    public long StartedAt { get; set; }

    /// <summary>Unix milliseconds, UTC.</summary>
    public long SeenAt { get; set; }
}

internal enum DeadLetterState : short
{
    /// <summary>Nobody has acted on it.</summary>
    Dead = 0,

    /// <summary>To be sent again, now or when the device comes; not acknowledged yet.</summary>
    Replaying = 1,

    /// <summary>Sent again and acknowledged.</summary>
    Replayed = 2,

    /// <summary>Given up for good.</summary>
    Discarded = 3,
}

internal enum ConversationKind : short
{
    Direct = 0,
    Group = 1,
    Topic = 2,
}

internal enum ConversationPolicy : short
{
    Durable = 0,
    Realtime = 1,
}

internal enum MemberRole : short
{
    Member = 0,
    Owner = 1,
}
