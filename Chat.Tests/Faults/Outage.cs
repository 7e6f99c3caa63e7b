using Chat.Contracts;
using Chat.Tests.Faults.Checker;

namespace Chat.Tests.Faults;

/// <summary>What a history tells of the time between its first and its last fault.</summary>
internal sealed record Outage(int Sends, int Queued, int Stored, int Refusals, TimeSpan SlowestArrival, TimeSpan P99Answer)
{
    public static Outage Of(History history)
    {
        var events = history.Snapshot();
        var faults = events.Where(e => e.Op == HistoryOp.Fault).Select(e => e.T).ToList();
        return Between(events, faults[0], faults[^1]);
    }

    /// <summary>Receipts with <c>queued</c> of sends made since the fault of that name.</summary>
    public static int QueuedAfter(History history, string fault)
    {
        var events = history.Snapshot();
        return Between(events, events.First(e => e.Op == HistoryOp.Fault && e.Note == fault).T, double.MaxValue).Queued;
    }

    /// <summary>From one fault to another, by their names.</summary>
    public static Outage Between(History history, string from, string to)
    {
        var events = history.Snapshot();
        return Between(events, At(from), At(to));

        double At(string fault) => events.First(e => e.Op == HistoryOp.Fault && e.Note == fault).T;
    }

    private static Outage Between(IReadOnlyList<HistoryEvent> events, double from, double to)
    {
        var sends = events.Where(e => e.Op == HistoryOp.Send && e.T > from && e.T < to).ToList();
        var calls = sends.ToDictionary(s => s.Call!.Value);
        var answers = events.Where(e => e.Op is HistoryOp.Ack or HistoryOp.Nack && calls.ContainsKey(e.Call!.Value)).ToList();
        var sentAt = sends.ToDictionary(s => (s.User!, s.ClientMsgId!), s => s.T);
        var arrivals = events.Where(e => e.Op == HistoryOp.Recv && sentAt.ContainsKey((e.Sender!, e.ClientMsgId!)))
            .Select(e => e.T - sentAt[(e.Sender!, e.ClientMsgId!)]);
        var took = answers.Select(a => a.T - calls[a.Call!.Value].T).Order().ToList();
        return new Outage(
            sends.Count,
            answers.Count(a => a.Status == ReceiptStatus.Queued),
            answers.Count(a => a.Status == ReceiptStatus.Stored),
            answers.Count(a => a.Op == HistoryOp.Nack),
            TimeSpan.FromMilliseconds(arrivals.DefaultIfEmpty().Max()),
            TimeSpan.FromMilliseconds(took.Count == 0 ? 0 : took[(int)(took.Count * 0.99)]));
    }
}
