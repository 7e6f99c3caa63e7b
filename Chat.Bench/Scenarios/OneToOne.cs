using Chat.Bench.Load;
using Chat.Bench.Results;
using Chat.Bench.Targets;

namespace Chat.Bench.Scenarios;

/// <summary>Durable messages between two people: a receipt to the sender, the event to both, acknowledged by both.</summary>
internal sealed class OneToOne : IScenario
{
    public const string Throughput = "messages";

    public string Name => "1to1";

    public string Title => "1:1 sends, closed loop";

    public IReadOnlyList<TargetKind> Targets => [TargetKind.Bare, TargetKind.Naive, TargetKind.Product];

    public IReadOnlyList<Goal> Goals =>
    [
        new("1:1 durable throughput against naive", new(TargetKind.Product, Throughput), Comparison.Ratio, new(TargetKind.Naive, Throughput), AtLeast: 10),
        new("1:1 durable throughput against bare", new(TargetKind.Product, Throughput), Comparison.Ratio, new(TargetKind.Bare, Throughput), AtLeast: 0.30),
    ];

    public async Task RunAsync(Turn turn, CancellationToken cancellationToken)
    {
        await using var crowd = await Pairs.OpenAsync(turn.Target, turn.Options.Pairs, turn.Crowd, cancellationToken);
        await MeasureAsync(turn, crowd, "", cancellationToken);
    }

    /// <summary>Runs the load of one crowd; <paramref name="suffix"/> tells its figures from others of the same scenario.</summary>
    public static async Task MeasureAsync(Turn turn, Crowd crowd, string suffix, CancellationToken cancellationToken)
    {
        var loop = new ClosedLoop(crowd, turn.Options.InFlightPerConnection);
        loop.Start();
        await turn.WatchAsync(turn.Options.RampUp, () => "ramp-up", cancellationToken);

        (loop.ReceiptTimes, loop.DeliveryTimes) = (new Histogram(), new Histogram());
        var (before, usageBefore, start) = (loop.Totals, turn.Usage(), Clock.Now);
        await turn.WatchAsync(turn.Options.Window, () => Rate(loop.Totals - before, start), cancellationToken);
        var (done, usage, seconds) = (loop.Totals - before, turn.Usage() - usageBefore, Clock.Seconds(start, Clock.Now));
        var (receipts, deliveries) = (loop.ReceiptTimes, loop.DeliveryTimes);

        var missing = await loop.StopAsync(Turn.Patience, cancellationToken);
        turn.Record(Throughput + suffix, Math.Min(done.Receipts, done.Deliveries) / seconds, "msg/s");
        turn.Record("receipts" + suffix, done.Receipts / seconds, "/s");
        turn.Record("deliveries" + suffix, done.Deliveries / seconds, "/s");
        turn.Record("receipt p50" + suffix, receipts.Milliseconds(0.5), "ms");
        turn.Record("receipt p99" + suffix, receipts.Milliseconds(0.99), "ms");
        turn.Record("delivery p50" + suffix, deliveries.Milliseconds(0.5), "ms");
        turn.Record("delivery p99" + suffix, deliveries.Milliseconds(0.99), "ms");
        if (suffix.Length == 0)
        {
            turn.RecordCpu(usage, done.Receipts, seconds);
        }

        turn.RemarkOn(crowd.Tally, missing);
    }

    private static string Rate(LoopTotals done, long start) => $"{done.Receipts / Clock.Seconds(start, Clock.Now):#,0} msg/s";
}
