namespace Chat.Bench.Scenarios;

/// <summary>Every scenario, in the order in which a run takes them.</summary>
internal static class ScenarioCatalog
{
    public static IReadOnlyList<IScenario> All { get; } =
    [
        new OneToOne(),
        new Latency(),
        new FanOut(members: 100, window: 32, goal: null),
        new FanOut(members: 1000, window: 8, goal: 0.7),
        new CatchUp(),
        new IdleThroughput(5000),
        new Nodes(),
        new RowsWritten(),
        new IdleMemory(),
    ];

    public static IEnumerable<string> Names => All.Select(s => s.Name);
}
