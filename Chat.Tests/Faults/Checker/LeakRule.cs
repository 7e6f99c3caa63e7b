namespace Chat.Tests.Faults.Checker;

/// <summary>I10: nobody gets, on the wire or in the application, what lies outside their membership.</summary>
internal static class LeakRule
{
    public static IEnumerable<Violation> Check(HistoryFacts facts) =>
        from arrival in facts.Arrivals.Concat(facts.WireArrivals)
        let conversation = arrival.Event.Conv!
        let isAllowed = arrival.Event.Seq is { } seq
            ? facts.Membership.IsAllowed(arrival.Receiver, conversation, seq)
            : facts.Membership.WasEver(arrival.Receiver, conversation)
        where !isAllowed
        select new Violation(
            Invariant.NoLeak, "received without being entitled", $"{arrival.Receiver}", $"{arrival.Key}", $"{conversation}#{arrival.Event.Seq}");
}
