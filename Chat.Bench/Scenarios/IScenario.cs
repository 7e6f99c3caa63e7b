using Chat.Bench.Results;
using Chat.Bench.Targets;

namespace Chat.Bench.Scenarios;

/// <summary>One question to the servers. A new one is a file of its own and a line in <see cref="ScenarioCatalog"/>.</summary>
internal interface IScenario
{
    /// <summary>As on the command line.</summary>
    string Name { get; }

    string Title { get; }

    /// <summary>In the order in which a repeat visits them.</summary>
    IReadOnlyList<TargetKind> Targets { get; }

    /// <summary>Whether the server must have done nothing before, as for memory.</summary>
    bool WantsFreshServer => false;

    /// <summary>For what does not vary.</summary>
    int MaximumRepeats => int.MaxValue;

    IReadOnlyList<Goal> Goals { get; }

    /// <summary>Which targets are set against which in the table; those that the scenario does not visit are left out.</summary>
    IReadOnlyList<(TargetKind Of, TargetKind Against)> Ratios =>
        [(TargetKind.Product, TargetKind.Bare), (TargetKind.Product, TargetKind.Naive)];

    Task RunAsync(Turn turn, CancellationToken cancellationToken);
}
