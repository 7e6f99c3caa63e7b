using Chat.Bench.Load;
using Chat.Bench.Machine;
using Chat.Bench.Results;
using Chat.Bench.Scenarios;
using Chat.Bench.Targets;

namespace Chat.Bench;

/// <summary>
/// The whole run: for each scenario, for each repeat, each target in turn, so that what is compared lies seconds apart.
/// Servers stay up between the turns, for they take long to get warm.
/// </summary>
internal sealed class BenchRun(RunOptions options, TargetFactory factory, PostgresInstance? postgres, IProgressDisplay display) : IAsyncDisposable
{
    /// <summary>On a busy machine the compiler is behind after the usual time; it goes by what ran, not by the clock.</summary>
    private const long WarmUpMessages = 100_000;

    /// <summary>The naive hub does not get that far in any time that one would wait.</summary>
    private const int WarmUpRounds = 3;

    /// <summary>.NET's own name for the thread that compiles again, better, what has run often; Linux keeps 15 letters.</summary>
    private const string CompilerThread = ".NET Tiered Com";

    /// <summary>The compiler counts as done below this share of a processor, that many looks in a row.</summary>
    private const double CompilerDone = 0.05;
    private const int LooksInARow = 3;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    private readonly Dictionary<TargetKind, Target> _running = [];

    public ResultSet Results { get; } = new();

    /// <summary>The scenarios asked for, in the catalogue's order.</summary>
    public static IReadOnlyList<IScenario> Scenarios(RunOptions options) =>
        [.. ScenarioCatalog.All.Where(s => options.Scenarios.Contains(s.Name))];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var plan = Plan();
        for (var i = 0; i < plan.Count; i++)
        {
            var (scenario, repeat, kind) = plan[i];
            display.Step(i + 1, plan.Count, $"{scenario.Title}, repeat {repeat}, {kind.ToString().ToLowerInvariant()}");
            try
            {
                await TakeTurnAsync(scenario, repeat, kind, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // One broken turn must not cost the numbers of an hour; it stands in the report.
                Results.Add(new Remark(scenario.Name, kind, repeat, $"failed: {e.Message}"));
                await StopAsync(kind);
            }
        }
    }

    public IReadOnlyList<Verdict> Judge() =>
        [.. Scenarios(options).SelectMany(s => s.Goals.Select(g => g.Judge(Results, s.Name)))];

    public async ValueTask DisposeAsync()
    {
        foreach (var kind in _running.Keys.ToArray())
        {
            await StopAsync(kind);
        }
    }

    private List<(IScenario Scenario, int Repeat, TargetKind Kind)> Plan() =>
    [
        .. from scenario in Scenarios(options)
           from repeat in Enumerable.Range(1, Math.Min(options.Repeat, scenario.MaximumRepeats))
           from kind in scenario.Targets
           where options.Targets.Contains(kind)
           select (scenario, repeat, kind),
    ];

    private async Task TakeTurnAsync(IScenario scenario, int repeat, TargetKind kind, CancellationToken cancellationToken)
    {
        if (scenario.WantsFreshServer)
        {
            // The others would share the memory and the cores with it.
            await DisposeAsync();
        }

        if (!_running.TryGetValue(kind, out var target))
        {
            display.Live("starting the server");
            _running[kind] = target = await factory.StartAsync(kind, cancellationToken);
        }

        var turn = new Turn(scenario, target, repeat, options, postgres, Results, display) { Folder = factory.Folder, TargetDatabase = factory.DatabaseOf(kind) };
        if (!scenario.WantsFreshServer && !target.Warm)
        {
            await WarmUpAsync(turn, cancellationToken);
            target.Warm = true;
        }

        await Quiet.WaitAsync(options.WaitForQuiet, display.Live, cancellationToken);
        await scenario.RunAsync(turn, cancellationToken);
        if (scenario.WantsFreshServer)
        {
            await StopAsync(kind);
        }
    }

    private async Task WarmUpAsync(Turn turn, CancellationToken cancellationToken)
    {
        await using var crowd = await Pairs.OpenAsync(turn.Target, options.Pairs, turn.Crowd, cancellationToken);
        var loop = new ClosedLoop(crowd, options.InFlightPerConnection);
        loop.Start();
        for (var rounds = 0; rounds < WarmUpRounds && (rounds == 0 || loop.Totals.Receipts < WarmUpMessages); rounds++)
        {
            await turn.WatchAsync(options.WarmUp, () => $"warm-up, {loop.Totals.Receipts:#,0} messages", cancellationToken);
        }

        await UntilCompiledAsync(turn, cancellationToken);
        await loop.StopAsync(Turn.Patience, cancellationToken);
    }

    /// <summary>
    /// The compiler works beside the load, for longer the more code a server has, and takes a part of the machine meanwhile: what is
    /// measured before it has finished is the start of a server, not its work.
    /// </summary>
    private async Task UntilCompiledAsync(Turn turn, CancellationToken cancellationToken)
    {
        var pids = turn.Target.Pids;
        if (pids.Count == 0)
        {
            return;
        }

        var before = Compiled();
        var looks = (int)(options.WarmUpLimit / BetweenLooks);
        for (var quiet = 0; quiet < LooksInARow && looks > 0; looks--)
        {
            await turn.WatchAsync(BetweenLooks, () => "warm-up, the compiler is at work", cancellationToken);
            var now = Compiled();
            // An idle compiler's thread ends, and a new one begins at 0.
            var used = now < before ? now : now - before;
            quiet = used < CompilerDone * BetweenLooks.TotalSeconds ? quiet + 1 : 0;
            before = now;
        }

        if (looks == 0)
        {
            turn.Remark($"measured while the server still compiled, {options.WarmUpLimit.TotalSeconds:0} s after the warm-up");
        }

        double Compiled() => pids.Sum(pid => ProcessFacts.ThreadSeconds(pid, CompilerThread));
    }

    private async Task StopAsync(TargetKind kind)
    {
        if (_running.Remove(kind, out var target))
        {
            await target.DisposeAsync();
        }
    }
}
