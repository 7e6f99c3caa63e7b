using FsCheck;
using FsCheck.Fluent;

namespace Chat.Tests.Faults.Checker.Tests;

public sealed class HistoryCheckerProperties
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(60);

    [Fact]
    public void Check_AnyValidRun_Holds() => ForAllSeeds(seed =>
    {
        var run = new SimulatedRun(seed);
        var result = HistoryChecker.Check(run.History, run.Rows).ThrowIfBroken();
        return result.Counts is { Acked: > 0, WireArrivals: > 0 };
    });

    [Fact]
    public void Check_ValidRunWrittenAndReadBack_Holds() => ForAllSeeds(seed =>
    {
        var run = new SimulatedRun(seed);
        var copy = History.Load(run.History.Snapshot().Select(e => e.ToJson()));
        return copy.Snapshot().SequenceEqual(run.History.Snapshot()) && HistoryChecker.Check(copy, run.Rows).Holds;
    });

    [Fact]
    public void Check_ReceptionLost_BreaksI1AndI4() => Mutated([Invariant.NoAckedLoss, Invariant.Order], (events, _, random) =>
    {
        var acked = events.Where(e => e.Op == HistoryOp.Ack).Select(e => (e.User, e.ClientMsgId)).ToHashSet();
        events.RemoveAt(Pick(events, random, e => e.Op == HistoryOp.Recv && acked.Contains((e.Sender, e.ClientMsgId))));
    });

    [Fact]
    public void Check_AckedRowLost_BreaksI1() => Mutated([Invariant.NoAckedLoss], (events, rows, random) =>
    {
        var acked = events.Where(e => e.Op == HistoryOp.Ack).Select(e => (e.User, e.ClientMsgId)).ToHashSet();
        rows.RemoveAt(Pick(rows, random, r => acked.Contains((r.Sender, r.Id))));
    });

    [Fact]
    public void Check_RowStoredTwice_BreaksI3() => Mutated([Invariant.NoDuplicate], (_, rows, random) =>
    {
        var row = rows[Pick(rows, random, _ => true)];
        rows.Add(row with { Seq = rows.Where(r => r.Conversation == row.Conversation).Max(r => r.Seq) + 1 });
    });

    [Fact]
    public void Check_MessageInvented_BreaksI2() => Mutated([Invariant.NoPhantom], (events, _, random) =>
    {
        var at = Pick(events, random, e => e is { Op: HistoryOp.Recv, Type: "text" });
        events[at] = events[at] with { ClientMsgId = "never sent" };
    });

    [Fact]
    public void Check_RefusedMessageReceived_BreaksI2() => Mutated([Invariant.NoPhantom], (events, _, random) =>
    {
        var refused = events[Pick(events, random, e => e is { Op: HistoryOp.Nack, Retryable: false })];
        var at = Pick(events, random, e => e.Op == HistoryOp.Recv);
        events.Insert(at, events[at] with { Sender = refused.User, ClientMsgId = refused.ClientMsgId, Conv = refused.Conv, Seq = null, Type = "text" });
    });

    [Fact]
    public void Check_ApplicationSeesTwice_BreaksI3() => Mutated([Invariant.NoDuplicate], (events, _, random) =>
    {
        var at = Pick(events, random, e => e.Op == HistoryOp.Recv);
        events.Insert(at, events[at]);
    });

    [Fact]
    public void Check_NeighboursSwapped_BreaksI4() => Mutated([Invariant.Order], (events, _, random) =>
    {
        var first = Pick(events, random, e => e.Op == HistoryOp.Recv && Next(e) is not null);
        var next = events.FindIndex(first + 1, e => ReferenceEquals(e, Next(events[first])));
        (events[first], events[next]) = (events[next], events[first]);

        HistoryEvent? Next(HistoryEvent e) => events.Skip(events.IndexOf(e) + 1)
            .FirstOrDefault(n => n.Op == HistoryOp.Recv && n.User == e.User && n.Device == e.Device && n.Conv == e.Conv);
    });

    [Fact]
    public void Check_StrangerReceives_BreaksI10() => Mutated([Invariant.NoLeak], (events, _, random) =>
    {
        var at = Pick(events, random, e => e.Op == HistoryOp.Recv);
        events.Insert(at, events[at] with { User = "mallory" });
    });

    [Fact]
    public void Check_AnswerMissing_BreaksI11() => Mutated([Invariant.ErrorContract], (events, _, random) =>
        events.RemoveAt(Pick(events, random, e => e.Op is HistoryOp.Ack or HistoryOp.Nack or HistoryOp.Timeout)));

    /// <summary>One change to a valid run must be found as what it is.</summary>
    private static void Mutated(Invariant[] broken, Action<List<HistoryEvent>, List<StoredRow>, Random> mutate) => ForAllSeeds(seed =>
    {
        var run = new SimulatedRun(seed);
        var events = run.History.Snapshot().ToList();
        mutate(events, run.Rows, new Random(seed));
        var history = new History();
        events.ForEach(history.Append);
        var result = HistoryChecker.Check(history, run.Rows);
        Assert.All(broken, invariant => Assert.NotEmpty(result.Of(invariant)));
        return !result.Holds;
    });

    private static void ForAllSeeds(Func<int, bool> property) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), property).Check(Runs);

    private static int Pick<T>(List<T> items, Random random, Func<T, bool> wanted)
    {
        var candidates = items.Index().Where(i => wanted(i.Item)).Select(i => i.Index).ToList();
        return candidates[random.Next(candidates.Count)];
    }
}
