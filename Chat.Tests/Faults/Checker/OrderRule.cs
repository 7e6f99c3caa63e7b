namespace Chat.Tests.Faults.Checker;

/// <summary>I4: at a receiver seqs rise strictly and, after the drain, without a gap; everybody sees the same event under a seq.</summary>
internal static class OrderRule
{
    public static IEnumerable<Violation> Check(HistoryFacts facts, CheckerOptions options) =>
        Falling(facts).Concat(Gaps(facts, options)).Concat(Holes(facts)).Concat(Disagreement(facts)).Concat(SenderOrderRule.Check(facts, options));

    private static IEnumerable<Violation> Falling(HistoryFacts facts)
    {
        foreach (var stream in facts.ArrivalsByReceiver)
        {
            var last = (Epoch: long.MinValue, Seq: 0L);
            foreach (var arrival in stream.Where(a => a.Event.Seq is not null))
            {
                var next = (Epoch: arrival.Event.Epoch ?? 0, Seq: arrival.Event.Seq!.Value);
                if (next.CompareTo(last) <= 0)
                {
                    yield return new Violation(
                        Invariant.Order, $"seq {next.Seq} came after {last.Seq}", $"{stream.Key.Conversation}#{next.Seq}", $"{stream.Key.Receiver}");
                }
                else
                {
                    last = next;
                }
            }
        }
    }

    private static IEnumerable<Violation> Gaps(HistoryFacts facts, CheckerOptions options)
    {
        foreach (var (conversation, (epoch, head)) in facts.Heads)
        {
            foreach (var receiver in facts.Membership.UsersOf(conversation).SelectMany(user => facts.Receivers[user]))
            {
                // Only the last epoch's log is still there to be compared with. What came provisionally fills the place of its twin, which
                // our client then keeps to itself.
                var have = facts.ArrivalsByReceiver[(receiver, conversation)]
                    .Select(a => a.Event.Seq is null ? facts.SeqOf(a.Key) : (a.Event.Epoch ?? 0) == epoch ? a.Event.Seq : null)
                    .OfType<long>().ToHashSet();
                var missing = facts.Membership.OwedUpTo(receiver, conversation, head)
                    .Where(seq => !have.Contains(seq) && !(options.AllowAnnouncedGaps && facts.IsAnnounced(receiver, conversation, seq)))
                    .ToList();
                if (missing.Count > 0)
                {
                    yield return new Violation(
                        Invariant.Order,
                        $"a gap of {missing.Count} up to head {head} after the drain",
                        [$"{receiver}", .. missing.Take(10).Select(seq => $"{conversation}#{seq}")]);
                }
            }
        }
    }

    // Retention may have cut a beginning; what is left is dense.
    private static IEnumerable<Violation> Holes(HistoryFacts facts) =>
        from row in facts.Rows ?? []
        group row.Seq by row.Conversation into log
        let seqs = log.Distinct().Order().ToList()
        where seqs[^1] - seqs[0] != seqs.Count - 1
        let before = seqs.Zip(seqs.Skip(1)).First(pair => pair.Second != pair.First + 1).First
        select new Violation(Invariant.Order, "a hole in the stored log", $"{log.Key}#{before + 1}");

    private static IEnumerable<Violation> Disagreement(HistoryFacts facts)
    {
        var received =
            from a in facts.Arrivals.Concat(facts.WireArrivals)
            where a.Event.Seq is not null
            select (a.Event.Conv!, Seq: a.Event.Seq!.Value, Epoch: a.Event.Epoch ?? 0, a.Key);
        var acked =
            from m in facts.Messages.Values
            from a in m.Acks
            where a.Seq is not null
            select (m.Conversation, Seq: a.Seq!.Value, Epoch: a.Epoch ?? 0, m.Key);
        return
            from seen in received.Concat(acked).Distinct()
            group seen.Key by (seen.Item1, seen.Epoch, seen.Seq) into same
            where same.Count() > 1
            select new Violation(
                Invariant.Order, "several messages under one seq", [$"{same.Key.Item1}#{same.Key.Seq}", .. same.Select(key => $"{key}")]);
    }
}
