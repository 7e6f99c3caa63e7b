using Chat.Tests.Faults.Checker;

namespace Chat.Tests.Faults;

/// <summary>How long things took for those who sent within a part of a history, in milliseconds.</summary>
/// <param name="Acks">From a send to its receipt.</param>
/// <param name="Deliveries">From a send to each application that got it, the chosen ones.</param>
internal sealed record Latencies(IReadOnlyList<double> Acks, IReadOnlyList<double> Deliveries)
{
    /// <param name="from">As <see cref="HistoryEvent.T"/>.</param>
    /// <param name="counts">Whether the way from a sender to a receiver is asked for.</param>
    public static Latencies Of(IReadOnlyList<HistoryEvent> history, double from, double to, Func<string, string, bool> counts)
    {
        var sends = history.Where(e => e.Op == HistoryOp.Send && e.T >= from && e.T < to).ToDictionary(e => e.Call!.Value);
        var byId = sends.Values.ToDictionary(e => (e.User, e.ClientMsgId));
        var acks = from e in history
            where e.Op == HistoryOp.Ack && sends.ContainsKey(e.Call!.Value)
            select e.T - sends[e.Call!.Value].T;
        var deliveries = from e in history
            where e.Op == HistoryOp.Recv && byId.ContainsKey((e.Sender, e.ClientMsgId)) && counts(e.Sender!, e.User!)
            select e.T - byId[(e.Sender, e.ClientMsgId)].T;
        return new([.. acks.Order()], [.. deliveries.Order()]);
    }

    public static double Quantile(IReadOnlyList<double> sorted, double q) =>
        sorted.Count == 0 ? throw new InvalidOperationException("Nothing was measured.") : sorted[Math.Min(sorted.Count - 1, (int)(q * sorted.Count))];

    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"acks p50 {Quantile(Acks, 0.5):0} p99 {Quantile(Acks, 0.99):0} ms, deliveries p50 {Quantile(Deliveries, 0.5):0} p99 {Quantile(Deliveries, 0.99):0} ms ({Deliveries.Count})");
}
