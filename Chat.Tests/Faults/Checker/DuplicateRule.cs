namespace Chat.Tests.Faults.Checker;

/// <summary>
/// I3: an application sees an event once and a message is stored once. Repeats on the wire are allowed, being the price of
/// "at least once", but must be repeats of the same event.
/// </summary>
internal static class DuplicateRule
{
    public static IEnumerable<Violation> Check(HistoryFacts facts, CheckerOptions options) =>
        AtApplications(facts).Concat(InTheLog(facts)).Concat(OnTheWire(facts, options));

    /// <summary>Arrivals on the wire that a device had before. A provisional event and its stored twin are two things there.</summary>
    public static int CountWireDuplicates(HistoryFacts facts) =>
        facts.WireArrivals.Count - facts.WireArrivals.DistinctBy(a => (a.Receiver, a.Key, a.Event.Seq)).Count();

    private static IEnumerable<Violation> AtApplications(HistoryFacts facts) =>
        from arrival in facts.Arrivals
        group arrival by (arrival.Receiver, arrival.Key) into same
        where same.Count() > 1
        select new Violation(Invariant.NoDuplicate, $"the application saw it {same.Count()} times", $"{same.Key.Key}", $"{same.Key.Receiver}");

    private static IEnumerable<Violation> InTheLog(HistoryFacts facts) =>
        from seqs in facts.Seqs
        where seqs.Count() > 1
        select new Violation(Invariant.NoDuplicate, "one message under several seqs", $"{seqs.Key}", string.Join("+", seqs.Order()));

    private static IEnumerable<Violation> OnTheWire(HistoryFacts facts, CheckerOptions options)
    {
        var clashes =
            from arrival in facts.WireArrivals
            where arrival.Event.Seq is not null
            group arrival.Key by (arrival.Receiver, arrival.Event.Conv, arrival.Event.Epoch, arrival.Event.Seq) into same
            where same.Distinct().Count() > 1
            select new Violation(
                Invariant.NoDuplicate, "repeated on the wire as another event", $"{same.Key.Conv}#{same.Key.Seq}", $"{same.Key.Receiver}");
        foreach (var clash in clashes)
        {
            yield return clash;
        }

        var duplicates = CountWireDuplicates(facts);
        if (options.MostWireDuplicates is { } most && duplicates > most * facts.WireArrivals.Count)
        {
            yield return new Violation(
                Invariant.NoDuplicate, $"{duplicates} of {facts.WireArrivals.Count} arrivals on the wire were repeats, more than {most:P1}");
        }
    }
}
