namespace Chat.Server.Delivery.DeadLetters;

/// <summary>What is known about the event that a conversation of a connection waits for.</summary>
/// <param name="Standing">How long it is known to be the one that is waited for.</param>
/// <param name="Passed">How long it is known that the client acknowledged something that was sent later; null when it did not.</param>
/// <param name="Quiet">How long the client has acknowledged nothing at all.</param>
/// <param name="Heard">How long ago anything came from the client, a ping for example; null for never.</param>
/// <param name="IsOldest">Of all that the connection owes it was sent first.</param>
/// <param name="IsReported">The client said that it failed.</param>
internal readonly record struct RoundFacts(
    TimeSpan Standing, TimeSpan? Passed, TimeSpan Quiet, TimeSpan? Heard, bool IsOldest, bool IsReported);

/// <summary>
/// Decides whether a delivery has failed. Pure. Being slow is no failure: a client that works through a backlog acknowledges in the order in
/// which it got things, and everything it has not come to yet waits in good order. An event is to blame when the client said so, when it
/// acknowledged what came later, or when it acknowledges nothing and this is the first thing that it got; and only while the client is alive,
/// for a connection that is frozen says nothing about the event.
/// </summary>
internal static class RoundPolicy
{
    public static bool HasFailed(RoundFacts facts, TimeSpan round)
    {
        if (facts.IsReported)
        {
            return facts.Standing >= round;
        }

        var blamed = facts.Passed ?? (facts.IsOldest ? Shorter(facts.Standing, facts.Quiet) : TimeSpan.Zero);
        return blamed >= round && facts.Heard is { } heard && heard <= blamed - (round / 2);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
