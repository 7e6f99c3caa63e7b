using Chat.Bench;
using Chat.Bench.Machine;
using Chat.Bench.Results;
using Chat.Bench.Targets;
using Chat.Tests.Support;

namespace Chat.Tests.Bench;

/// <summary>The scenario for several processes as it is run, only short: what it measures is not judged here, but that it measures.</summary>
public class NodesScenarioTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Scenario = "nodes";

    private static readonly RunOptions Short = new()
    {
        Scenarios = [Scenario],
        Targets = [TargetKind.TwoWorkers, TargetKind.RedisNodes],
        Repeat = 1,
        Window = TimeSpan.FromSeconds(0.5),
        RampUp = TimeSpan.FromSeconds(0.2),
        WarmUp = TimeSpan.FromSeconds(0.2),
        WarmUpLimit = TimeSpan.Zero,
        Pairs = 4,
        InFlight = 16,
    };

    [Fact]
    public async Task Run_WorkersAndNodes_MeasuresMessagesThatCrossFromOneToTheOther()
    {
        // The servers are started by the bench and not by the tests' own helpers: so that they, too, end with the run.
        Environment.SetEnvironmentVariable(TestRun.MarkVariable, TestRun.Mark);
        await using var postgres = PostgresInstance.At(database.ConnectionString);
        var factory = new TargetFactory(Short, new ProductPlace.Binaries(ServerBinaries.Find()), TestRun.NewFolder("bench"), postgres, TimeProvider.System);
        await using var run = new BenchRun(Short, factory, postgres, new PlainDisplay());

        await run.RunAsync(CancellationToken.None);

        Assert.DoesNotContain(run.Results.Remarks, r => r.Text.Contains("failed", StringComparison.Ordinal)
            || r.Text.Contains("missing", StringComparison.Ordinal)
            || r.Text.Contains("hole", StringComparison.Ordinal)
            || r.Text.Contains("mode", StringComparison.Ordinal));
        foreach (var target in Short.Targets)
        {
            Assert.InRange(Value("1000/s delivery p50"), 0.01, Value("1000/s delivery p99"));
            Assert.InRange(Value("messages"), 1, 1_000_000);
            Assert.InRange(Value("server CPU"), 1, 1_000_000);

            double Value(string metric) => run.Results.Values(Scenario, target, metric)[1];
        }
    }
}
