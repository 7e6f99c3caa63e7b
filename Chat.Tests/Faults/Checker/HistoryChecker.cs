namespace Chat.Tests.Faults.Checker;

/// <summary>
/// Judges a history after the final drain: all faults healed, everybody reconnected, nothing on its way. A checker that
/// cannot fail proves nothing: its tests break each invariant on purpose.
/// </summary>
internal static class HistoryChecker
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(50);

    /// <param name="rows">The log as the database holds it, when it was read.</param>
    public static CheckResult Check(History history, IReadOnlyList<StoredRow>? rows = null, CheckerOptions? options = null)
    {
        options ??= new CheckerOptions();
        var events = history.Snapshot();
        var facts = new HistoryFacts(events, rows);
        return new CheckResult(
            Count(events, facts),
            [
                .. LossRule.Check(facts, options),
                .. PhantomRule.Check(facts),
                .. DuplicateRule.Check(facts, options),
                .. OrderRule.Check(facts, options),
                .. LeakRule.Check(facts),
                .. AnswerRule.Check(facts, options),
            ],
            events);
    }

    /// <summary>
    /// Waits until everything acknowledged has reached everybody entitled. False when that did not happen in time: then
    /// <see cref="Check"/> tells what is missing.
    /// </summary>
    /// <param name="rows">Where the log is read, for events whose seq no client was told: those that came provisionally.</param>
    public static async Task<bool> DrainAsync(
        History history, TimeSpan within, CheckerOptions? options = null, Func<Task<IReadOnlyList<StoredRow>>>? rows = null)
    {
        options ??= new CheckerOptions();
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var changed = history.Changed;
            var begun = TimeProvider.System.GetTimestamp();
            var stored = rows is null ? null : await rows();
            if (LossRule.IsAllDelivered(new HistoryFacts(history.Snapshot(), stored), options))
            {
                return true;
            }

            var left = within - TimeProvider.System.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            // Looking through a long history costs time that the system under test needs: look seldom, and only at news.
            var pause = TimeProvider.System.GetElapsedTime(begun) * 4;
            // The log changes without the history's knowing.
            await Task.WhenAny(changed, Task.Delay(rows is null ? left : TimeSpan.FromSeconds(1)));
            await Task.Delay(pause > LeastPause ? pause : LeastPause);
        }
    }

    private static CheckCounts Count(IReadOnlyList<HistoryEvent> events, HistoryFacts facts)
    {
        var unknown = facts.Messages.Values.Where(m => !m.IsAcked && !m.IsRefused).Select(m => m.Key).ToList();
        var arrived = facts.Arrivals.Select(a => a.Key).ToHashSet();
        return new CheckCounts
        {
            Sends = facts.Messages.Values.Sum(m => m.Attempts.Count),
            Messages = facts.Messages.Count,
            Acked = facts.Messages.Values.Count(m => m.IsAcked),
            Refused = facts.Messages.Values.Count(m => m.IsRefused),
            Unknown = unknown.Count,
            Recovered = unknown.Count(arrived.Contains),
            Received = facts.Arrivals.Count,
            WireArrivals = facts.WireArrivals.Count,
            WireDuplicates = DuplicateRule.CountWireDuplicates(facts),
            Faults = events.Count(e => e.Op == HistoryOp.Fault),
        };
    }
}
