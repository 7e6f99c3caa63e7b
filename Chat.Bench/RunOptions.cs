using Chat.Bench.Scenarios;
using Chat.Bench.Targets;

namespace Chat.Bench;

/// <summary>What a run does; written into its JSON.</summary>
internal sealed record RunOptions
{
    public IReadOnlyList<string> Scenarios { get; init; } = [.. ScenarioCatalog.Names];

    public IReadOnlyList<TargetKind> Targets { get; init; } = [.. Enum.GetValues<TargetKind>()];

    public int Repeat { get; init; } = 3;

    /// <summary>Measured time of each load.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Unmeasured time before it.</summary>
    public TimeSpan RampUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Load on a server that was just started; EF Core and the compiler need 8–15 s.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest that the warm-up goes on for a server whose code is still being compiled.</summary>
    public TimeSpan WarmUpLimit { get; init; } = TimeSpan.FromSeconds(60);

    public int Pairs { get; init; } = 50;

    /// <summary>1:1 sends without a receipt, over all connections.</summary>
    public int InFlight { get; init; } = 200;

    public IReadOnlyList<int> Rates { get; init; } = [500, 2000, 5000];

    /// <summary>Events that wait for the devices of the catch-up.</summary>
    public int Backlog { get; init; } = 200_000;

    public IReadOnlyList<int> IdleConnections { get; init; } = [1000, 10_000];

    public TimeSpan AckInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest wait before a turn for others to leave the machine alone.</summary>
    public TimeSpan WaitForQuiet { get; init; }

    /// <summary>Worker processes of the product; 0 is one process for everything.</summary>
    public int Workers { get; init; }

    public int InFlightPerConnection => Math.Max(1, InFlight / (2 * Pairs));

    /// <summary>The same in a fraction of the time, to see that everything works; its numbers mean little.</summary>
    public RunOptions Quick() => this with
    {
        Repeat = 1,
        Window = TimeSpan.FromSeconds(2),
        RampUp = TimeSpan.FromSeconds(1),
        WarmUp = TimeSpan.FromSeconds(3),
        WarmUpLimit = TimeSpan.Zero,
        Rates = [500, 2000],
        Backlog = 20_000,
        IdleConnections = [1000],
    };
}
