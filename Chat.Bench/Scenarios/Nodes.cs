using Chat.Bench.Load;
using Chat.Bench.Results;
using Chat.Bench.Targets;

namespace Chat.Bench.Scenarios;

/// <summary>
/// What it costs that the two who talk are at different processes, in each way in which these hear of each other, against the same
/// load at one process: how long a message takes at a fixed rate, and what it costs there and at full load.
/// </summary>
internal sealed class Nodes : IScenario
{
    /// <summary>Low enough for all of them on a small machine, so that it is the way that is measured and not a queue.</summary>
    private const int Rate = 1000;

    private static readonly string AtRate = $"{Rate}/s ";

    public string Name => "nodes";

    public string Title => "1:1 between two processes";

    public IReadOnlyList<TargetKind> Targets => [TargetKind.OneWorker, TargetKind.TwoWorkers, TargetKind.RedisNodes, TargetKind.DatabaseNodes];

    public IReadOnlyList<(TargetKind Of, TargetKind Against)> Ratios => [.. Targets.Skip(1).Select(t => (t, TargetKind.OneWorker))];

    public IReadOnlyList<Goal> Goals =>
    [
        .. Added("two workers of a node", TargetKind.TwoWorkers, p50: 5, p99: 25),
        .. Added("two nodes with Redis", TargetKind.RedisNodes, p50: 5, p99: 25),
        .. Added("two nodes without", TargetKind.DatabaseNodes, p50: 50, p99: 250),
        new(
            "server CPU per message of two workers against one, full load",
            new(TargetKind.TwoWorkers, "server CPU"),
            Comparison.Ratio,
            new(TargetKind.OneWorker, "server CPU"),
            AtMost: 1.5),
    ];

    public async Task RunAsync(Turn turn, CancellationToken cancellationToken)
    {
        await MeasureAtRateAsync(turn, cancellationToken);
        await using var crowd = await Pairs.OpenAsync(turn.Target, turn.Options.Pairs, turn.Crowd, cancellationToken);
        await OneToOne.MeasureAsync(turn, crowd, "", cancellationToken);

        // A Redis that was lost meanwhile would be measured as if it were there.
        var expected = turn.Target.Kind == TargetKind.RedisNodes ? "redis" : "database";
        if (await turn.Target.BusModeAsync(cancellationToken) is var mode && mode != expected)
        {
            turn.Remark($"the mode is {mode ?? "not the same everywhere"} at the end, not {expected}");
        }
    }

    private static async Task MeasureAtRateAsync(Turn turn, CancellationToken cancellationToken)
    {
        await using var crowd = await Pairs.OpenAsync(turn.Target, turn.Options.Pairs, turn.Crowd, cancellationToken);
        var loop = new OpenLoop(crowd);
        turn.Tell($"{Rate:#,0} msg/s");
        var (before, start) = (turn.Usage(), Clock.Now);
        var missing = await loop.RunAsync(Rate, turn.Options.RampUp, turn.Options.Window, Turn.Patience, cancellationToken);
        turn.RecordCpu(turn.Usage() - before, loop.Sent, Clock.Seconds(start, Clock.Now), AtRate);
        Latency.Record(turn, $"{AtRate}delivery", loop.DeliveryTimes);
        Latency.Record(turn, $"{AtRate}receipt", loop.ReceiptTimes);
        turn.RemarkOn(crowd.Tally, missing);
    }

    private static IEnumerable<Goal> Added(string what, TargetKind target, double p50, double p99) =>
        from limit in new[] { ("p50", p50), ("p99", p99) }
        select new Goal(
            $"added delivery latency over one worker at {Rate:#,0}/s, {what}, {limit.Item1}, ms",
            new(target, $"{AtRate}delivery {limit.Item1}"),
            Comparison.Difference,
            new(TargetKind.OneWorker, $"{AtRate}delivery {limit.Item1}"),
            AtMost: limit.Item2);
}
