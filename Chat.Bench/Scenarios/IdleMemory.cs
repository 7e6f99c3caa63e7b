using Chat.Bench.Load;
using Chat.Bench.Machine;
using Chat.Bench.Results;
using Chat.Bench.Targets;

namespace Chat.Bench.Scenarios;

/// <summary>What a connection that does nothing costs the server in resident memory, after a collection.</summary>
internal sealed class IdleMemory : IScenario
{
    private const int WarmUpConnections = 200;

    /// <summary>The collector gives pages back to the system over a few seconds, not at once.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(6);

    public string Name => "idle";

    public string Title => "memory per idle connection";

    public IReadOnlyList<TargetKind> Targets => [TargetKind.Bare, TargetKind.Product];

    public bool WantsFreshServer => true;

    public IReadOnlyList<Goal> Goals => [];

    public async Task RunAsync(Turn turn, CancellationToken cancellationToken)
    {
        if (turn.Target.Pids is not [var pid])
        {
            turn.Remark("left out: the server's process is unknown");
            return;
        }

        // The code of connecting is compiled and the pools are made before the empty server is weighed.
        await (await OpenAsync(turn, WarmUpConnections, cancellationToken)).DisposeAsync();
        var empty = await WeighAsync(turn, pid, cancellationToken);
        turn.Record("empty server", empty / 1048576.0, "MB");
        foreach (var count in turn.Options.IdleConnections)
        {
            turn.Tell($"{count:#,0} connections");
            await using var crowd = await OpenAsync(turn, count, cancellationToken);
            var full = await WeighAsync(turn, pid, cancellationToken);
            turn.Record($"per connection at {count:#,0}", (full - empty) / 1024.0 / count, "KB");
            turn.RemarkOn(crowd.Tally, 0);
        }
    }

    private static Task<Crowd> OpenAsync(Turn turn, int count, CancellationToken cancellationToken)
    {
        var run = Crowd.NewRun();
        return Crowd.OpenAsync(turn.Target, run, Crowd.Users(run, count), turn.Crowd with { ReceiveBuffer = 1024 }, cancellationToken);
    }

    private static async Task<long> WeighAsync(Turn turn, int pid, CancellationToken cancellationToken)
    {
        if (!await InducedCollection.RequestAsync(pid, cancellationToken))
        {
            turn.Remark("the server could not be asked for a garbage collection: its memory includes garbage");
        }

        await Task.Delay(Settling, TimeProvider.System, cancellationToken);
        return ProcessFacts.ResidentBytes(pid);
    }
}
