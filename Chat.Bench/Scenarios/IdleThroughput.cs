using Chat.Bench.Load;
using Chat.Bench.Results;
using Chat.Bench.Targets;

namespace Chat.Bench.Scenarios;

/// <summary>Whether those who only listen slow down those who talk.</summary>
internal sealed class IdleThroughput(int idle) : IScenario
{
    private const string With = ", others idle";

    public string Name => $"idle{idle}";

    public string Title => $"1:1 sends beside {idle:#,0} idle connections";

    public IReadOnlyList<TargetKind> Targets => [TargetKind.Bare, TargetKind.Product];

    public IReadOnlyList<Goal> Goals =>
    [
        new(
            $"1:1 throughput with {idle:#,0} idle connections against without",
            new(TargetKind.Product, OneToOne.Throughput + With),
            Comparison.Ratio,
            new(TargetKind.Product, OneToOne.Throughput),
            AtLeast: 0.85),
    ];

    public async Task RunAsync(Turn turn, CancellationToken cancellationToken)
    {
        await using var crowd = await Pairs.OpenAsync(turn.Target, turn.Options.Pairs, turn.Crowd, cancellationToken);
        await OneToOne.MeasureAsync(turn, crowd, "", cancellationToken);

        turn.Tell($"{idle:#,0} more connections");
        var run = Crowd.NewRun();
        await using var others = await Crowd.OpenAsync(turn.Target, run, Crowd.Users(run, idle), turn.Crowd with { ReceiveBuffer = 1024 }, cancellationToken);
        turn.Record("busy after the connects", await turn.SettleAsync(cancellationToken), "s");
        await using var again = await Pairs.OpenAsync(turn.Target, turn.Options.Pairs, turn.Crowd, cancellationToken);
        await OneToOne.MeasureAsync(turn, again, With, cancellationToken);
        turn.RemarkOn(others.Tally, 0);
    }
}
