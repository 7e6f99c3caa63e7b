using Chat.Bench.Load;
using Chat.Bench.Machine;
using Chat.Bench.Results;
using Chat.Bench.Targets;

namespace Chat.Bench.Scenarios;

/// <summary>What a message waits at fixed rates, from the moment it was due.</summary>
internal sealed class Latency : IScenario
{
    /// <summary>Beyond this the naive hub only shows how its queue grows.</summary>
    private const int NaiveLimit = 500;

    /// <summary>The rate that the goals are about.</summary>
    private const int JudgedRate = 2000;

    public string Name => "latency";

    public string Title => "1:1 latency at fixed rates";

    public IReadOnlyList<TargetKind> Targets => [TargetKind.Bare, TargetKind.Naive, TargetKind.Product];

    public IReadOnlyList<Goal> Goals =>
    [
        Added("p50", 4),
        Added("p99", 15),
    ];

    public async Task RunAsync(Turn turn, CancellationToken cancellationToken)
    {
        turn.Record("fsync of a page, p50", Quiet.SyncMilliseconds(turn.Folder), "ms");
        foreach (var rate in turn.Options.Rates)
        {
            if (turn.Target.Kind != TargetKind.Naive || rate <= NaiveLimit)
            {
                await MeasureAsync(turn, rate, cancellationToken);
            }
        }
    }

    private static Goal Added(string quantile, double limit) => new(
        $"added delivery latency over bare at {JudgedRate:#,0}/s, {quantile}, ms",
        new(TargetKind.Product, $"{JudgedRate}/s delivery {quantile}"),
        Comparison.Difference,
        new(TargetKind.Bare, $"{JudgedRate}/s delivery {quantile}"),
        AtMost: limit);

    private static async Task MeasureAsync(Turn turn, int rate, CancellationToken cancellationToken)
    {
        await using var crowd = await Pairs.OpenAsync(turn.Target, turn.Options.Pairs, turn.Crowd, cancellationToken);
        var loop = new OpenLoop(crowd);
        turn.Tell($"{rate:#,0} msg/s");
        var missing = await loop.RunAsync(rate, turn.Options.RampUp, turn.Options.Window, Turn.Patience, cancellationToken);
        Record(turn, $"{rate}/s delivery", loop.DeliveryTimes);
        Record(turn, $"{rate}/s receipt", loop.ReceiptTimes);
        turn.Record($"{rate}/s load client late p99", loop.Lateness.Milliseconds(0.99), "ms");
        turn.RemarkOn(crowd.Tally, missing);
    }

    /// <summary>The quantiles that are told of every latency.</summary>
    public static void Record(Turn turn, string what, Histogram times)
    {
        turn.Record($"{what} p50", times.Milliseconds(0.5), "ms");
        turn.Record($"{what} p99", times.Milliseconds(0.99), "ms");
        turn.Record($"{what} p99.9", times.Milliseconds(0.999), "ms");
    }
}
