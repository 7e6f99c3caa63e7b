namespace Chat.Contracts.Management;

/// <summary>What is owed to connected devices.</summary>
public sealed record QueueAnswer
{
    /// <summary>When it was so.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Owed and not written yet.</summary>
    public long? Pending { get; init; }

    /// <summary>Written and not acknowledged.</summary>
    public long? InFlight { get; init; }

    /// <summary>How long the oldest has been owed.</summary>
    public double? OldestSeconds { get; init; }

    /// <summary>Messages accepted a second, over the last 10 s.</summary>
    public double? EnqueuedPerSecond { get; init; }

    /// <summary>Events written a second, over the last 10 s.</summary>
    public double? DequeuedPerSecond { get; init; }

    /// <summary>Events written again a second, for lack of an acknowledgement.</summary>
    public double? RetriedPerSecond { get; init; }

    /// <summary>Dead letters; null when not known.</summary>
    public long? DeadLetters { get; init; }

    /// <summary>Set while not every worker tells its numbers.</summary>
    public PartialAnswer? Partial { get; init; }
}

/// <summary>What is owed to one user's connected devices.</summary>
public sealed record QueueUserView
{
    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>Owed and not written yet; conversations that are read from the log count what is between the position and the head.</summary>
    public long Pending { get; init; }

    /// <summary>Written and not acknowledged.</summary>
    public long InFlight { get; init; }

    /// <summary>How long nothing has moved while something was owed.</summary>
    public double OldestSeconds { get; init; }

    /// <summary>Open connections.</summary>
    public int Connections { get; init; }
}

/// <summary>A message that one device failed to take although it was alive.</summary>
public sealed record DeadLetterView
{
    /// <summary>Identifies the letter.</summary>
    public required string Id { get; init; }

    /// <summary>Who did not get it.</summary>
    public required string User { get; init; }

    /// <summary>On which device.</summary>
    public required string Device { get; init; }

    /// <summary>Its conversation.</summary>
    public required string Conversation { get; init; }

    /// <summary>Its place in the log; a replay keeps it.</summary>
    public long Seq { get; init; }

    /// <summary>The message's id.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>The message's type.</summary>
    public string Type { get; init; } = "";

    /// <summary>Bytes of its body; null when it is gone, and in a sample.</summary>
    public long? Bytes { get; init; }

    /// <summary>Rounds that failed.</summary>
    public int Attempts { get; init; }

    /// <summary>What the client said went wrong, <c>unacknowledged</c> where it said nothing; letters with the same reason are grouped by it.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What the client said went wrong the first time; null where it said nothing.</summary>
    public string? FirstError { get; init; }

    /// <summary>When a delivery of it failed first.</summary>
    public DateTimeOffset FirstAt { get; init; }

    /// <summary>When the last one failed: since then it is dead.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>Letters with the same reason.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Count">How many.</param>
/// <param name="First">The oldest.</param>
/// <param name="Last">The newest.</param>
public sealed record DeadLetterGroup(string Reason, long Count, DateTimeOffset First, DateTimeOffset Last);

/// <summary>Body of replay and discard: either ids or a filter.</summary>
public sealed record DeadLetterRequest
{
    /// <summary>These, up to 1,000.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary>All that fit.</summary>
    public DeadLetterFilter? Filter { get; init; }

    /// <summary>Required to discard.</summary>
    public string? Reason { get; init; }

    /// <summary>Only count and show a sample.</summary>
    public bool DryRun { get; init; }

    /// <summary>How many the caller saw; when it is another number by now, nothing is done and the answer is <see cref="ManagementCodes.Conflict"/>. Required with a filter.</summary>
    public long? Expected { get; init; }
}

/// <summary>Which letters; what is null does not matter. All null is refused.</summary>
public sealed record DeadLetterFilter
{
    /// <summary>Of this user.</summary>
    public string? User { get; init; }

    /// <summary>Of this conversation.</summary>
    public string? Conversation { get; init; }

    /// <summary>With this reason.</summary>
    public string? Reason { get; init; }
}

/// <summary>What a batch did.</summary>
public sealed record DeadLetterResult
{
    /// <summary>How many letters were meant.</summary>
    public long Matched { get; init; }

    /// <summary>How many are done; 0 in a dry run.</summary>
    public long Done { get; init; }

    /// <summary>How many failed and are as they were.</summary>
    public long Failed { get; init; }

    /// <summary>A batch does 1,000 at most: when more are left, call again.</summary>
    public long Left { get; init; }

    /// <summary>The first of them; at most 20.</summary>
    public IReadOnlyList<DeadLetterView> Sample { get; init; } = [];

    /// <summary>Where ids were given: how each of these letters stands now, also in a dry run.</summary>
    public IReadOnlyList<DeadLetterStanding> Letters { get; init; } = [];

    /// <summary>Finds it in the audit log; empty in a dry run.</summary>
    public string CorrelationId { get; init; } = "";
}

/// <summary>How a letter stands.</summary>
/// <param name="Letter">The letter.</param>
/// <param name="State">One of <see cref="DeadLetterStates"/>.</param>
public sealed record DeadLetterStanding(DeadLetterView Letter, string State);

/// <summary>States of dead letters.</summary>
public static class DeadLetterStates
{
    /// <summary>Nobody has acted on it, or its replay failed.</summary>
    public const string Dead = "dead";

    /// <summary>To be sent again, now or when the device comes.</summary>
    public const string Queued = "queued";

    /// <summary>Sent again and acknowledged.</summary>
    public const string Delivered = "delivered";

    /// <summary>Given up for good.</summary>
    public const string Discarded = "discarded";
}
