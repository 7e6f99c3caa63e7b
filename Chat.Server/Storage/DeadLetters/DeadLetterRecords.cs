using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.DeadLetters;

/// <summary>Why a delivery failed, as it is stored and told.</summary>
internal static class FailureReasons
{
    /// <summary>The client said that its handler failed.</summary>
    public const string HandlerFailed = "handler_failed";

    /// <summary>The client was there and acknowledged other things, or nothing.</summary>
    public const string Unacknowledged = "unacknowledged";
}

/// <summary>One delivery of the event that a device must acknowledge next, and it did not.</summary>
/// <param name="Error">What the client says went wrong; null when it said nothing.</param>
internal sealed record FailedRound(string User, string Device, string Conversation, long Seq, string Reason, string? Error);

/// <summary>The bounds of counting.</summary>
/// <param name="Rounds">Failed rounds after which an event is given up.</param>
/// <param name="Apart">Two rounds that are closer are one: several connections of a device count for themselves.</param>
/// <param name="PerDevice">Most dead letters that a device may have.</param>
internal sealed record RoundLimits(int Rounds, TimeSpan Apart, int PerDevice);

/// <summary>What a failed round led to.</summary>
internal enum RoundOutcome
{
    /// <summary>It is counted, or belongs to a position that has moved on: try again.</summary>
    Counted,

    /// <summary>It is a dead letter now, or was already.</summary>
    Buried,

    /// <summary>It has expired: given up, but nothing that is worth keeping was lost.</summary>
    Expired,

    /// <summary>Given up and not kept: the device has as many dead letters as it may.</summary>
    OverQuota,
}

/// <summary>A dead letter that is to be sent again.</summary>
/// <param name="Attempt">Which delivery it will be.</param>
/// <param name="Event">Null when the device may not see it (any more).</param>
internal sealed record Replay(string Id, string Conversation, long Seq, int Attempt, LogEvent? Event);

/// <summary>What a device that opens must be told: events that it was never told are given up, and whether replays wait for it.</summary>
internal sealed record DeviceLetters(IReadOnlySet<(string Conversation, long Seq)> Skipped, bool Replays)
{
    public static readonly DeviceLetters None = new(new HashSet<(string, long)>(), Replays: false);
}

/// <summary>Which dead letters; what is null does not matter.</summary>
/// <param name="Error">Exactly this last error; empty for those without one.</param>
internal sealed record DeadLetterFilter(
    DeadLetterState? State = null,
    string? User = null,
    string? Device = null,
    string? Conversation = null,
    string? EventType = null,
    string? Error = null,
    long? DiedFrom = null,
    long? DiedTo = null);

/// <summary>Where a page ended; the next one begins behind it.</summary>
internal sealed record DeadLetterPosition(long LastAt, string Id);

/// <summary>Newest first; <paramref name="Next"/> is null on the last page.</summary>
internal sealed record DeadLetterPage(IReadOnlyList<DeadLetterRow> Letters, DeadLetterPosition? Next);

/// <summary>Dead letters with the same last error.</summary>
internal sealed record DeadLetterGroup(string? Error, int Count, int Devices, long FirstAt, long LastAt);

/// <summary>How many in which state.</summary>
internal sealed record DeadLetterCounts(long Dead, long Replaying, long Replayed, long Discarded);

/// <summary>What an operator's act changed.</summary>
/// <param name="Changed">Letters that this call moved; those that another one had moved before are not among them.</param>
/// <param name="More">A filter met more than one call may change: call again.</param>
internal sealed record DeadLetterAct(int Changed, bool More);
