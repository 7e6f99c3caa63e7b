using Chat.Bench.Load;
using Chat.Bench.Machine;
using Chat.Bench.Results;
using Chat.Bench.Targets;

namespace Chat.Bench;

/// <summary>Sets a run up, reports it and puts everything away again, also after Ctrl+C.</summary>
internal static class RunCommand
{
    /// <returns>0: all goals that were measured are met; 1: not so; 2: the run could not be made.</returns>
    public static async Task<int> RunAsync(RunOptions options, ProductPlace product, string? postgres, FileInfo? json, CancellationToken cancellationToken)
    {
        if (product is ProductPlace.Binaries { Server: var server } && NeedsProduct(options) && !File.Exists(server))
        {
            await Console.Error.WriteLineAsync($"There is no {server}. Build Chat.Server in the same configuration, or name it with --server.");
            return 2;
        }

        var startedAt = TimeProvider.System.GetUtcNow();
        var start = Clock.Now;
        var folder = Directory.CreateTempSubdirectory("chat-bench-").FullName;
        try
        {
            await using var database = await PostgresAsync(options, product, postgres, folder, cancellationToken);
            var settings = database is null ? new Dictionary<string, string>() : await database.SettingsAsync(cancellationToken);
            var factory = new TargetFactory(options, product, folder, database, TimeProvider.System);
            BenchRun? run = null;
            await TerminalDisplay.WithAsync(async display =>
            {
                await using var made = run = new BenchRun(options, factory, database, display);
                await UntilCancelledAsync(made.RunAsync(cancellationToken), cancellationToken);
            });

            var verdicts = run!.Judge();
            new ResultTables(ResultTables.Console()).Print(run.Results, BenchRun.Scenarios(options), verdicts);
            if (json is not null)
            {
                var file = new ResultFile(startedAt, Clock.Seconds(start, Clock.Now), MachineFacts.Collect(), settings, options, verdicts, run.Results.Measurements, run.Results.Remarks);
                await file.WriteAsync(json.FullName);
            }

            return cancellationToken.IsCancellationRequested ? 2
                : verdicts.Any(v => v.Outcome == Outcome.Missed) || run.Results.Remarks.Any(r => r.Text.StartsWith("failed", StringComparison.Ordinal)) ? 1 : 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What was measured before Ctrl+C is still worth a table.</summary>
    private static async Task UntilCancelledAsync(Task run, CancellationToken cancellationToken)
    {
        try
        {
            await run;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Cancelled: reporting what there is.");
        }
    }

    private static bool NeedsProduct(RunOptions options) => options.Targets.Any(t => t is not (TargetKind.Bare or TargetKind.Naive));

    private static async Task<PostgresInstance?> PostgresAsync(RunOptions options, ProductPlace product, string? named, string folder, CancellationToken cancellationToken)
    {
        var needed = options.Targets.Contains(TargetKind.Naive) || (product is ProductPlace.Binaries && NeedsProduct(options));
        if (!needed)
        {
            return null;
        }

        return named is not null ? PostgresInstance.At(named) : await PostgresInstance.StartAsync(folder, cancellationToken);
    }
}
