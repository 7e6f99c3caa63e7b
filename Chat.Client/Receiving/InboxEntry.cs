using Chat.Contracts;

namespace Chat.Client.Receiving;

/// <summary>A place in a conversation's queue.</summary>
/// <param name="from">First seq that it covers.</param>
/// <param name="to">Last seq that it covers; <c>null</c> when handling it moves no position (provisional and replayed events).</param>
/// <param name="handed">The event for the application; <c>null</c> where there is nothing to hand out: the twin of a provisional
/// event, a truncated stretch, a dead letter.</param>
/// <param name="generation">Counts the resets of the conversation's position.</param>
internal sealed class InboxEntry(long from, long? to, ChatEvent? handed, int generation)
{
    public long From { get; } = from;

    public long? To { get; } = to;

    public ChatEvent? Event { get; set; } = handed;

    public int Generation { get; } = generation;

    /// <summary>A stored event that moves no position: an operator has a dead letter sent again.</summary>
    public bool IsReplay => To is null && From > 0;

    /// <summary>The server sent it again while its handler ran.</summary>
    public bool CameAgain { get; set; }

    /// <summary>The server gave it up while its handler ran.</summary>
    public bool IsGivenUp { get; set; }
}

/// <summary>What an arriving event is to its conversation.</summary>
internal enum Arrival
{
    /// <summary>In the queue.</summary>
    Queued,

    /// <summary>Seen before and not yet handled, or of no meaning any more.</summary>
    Ignored,

    /// <summary>Handled before: the server does not know, so the position must be acknowledged again.</summary>
    AlreadyHandled,

    /// <summary>A replay that was handled before: the server does not know.</summary>
    AlreadyReplayed,

    /// <summary>Something before it is missing.</summary>
    Gap,
}
