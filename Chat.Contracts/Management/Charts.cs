namespace Chat.Contracts.Management;

/// <summary>A chart that can be asked for.</summary>
public sealed record ChartView
{
    /// <summary>Ask for it by this.</summary>
    public required string Name { get; init; }

    /// <summary>Traffic, Delivery, Queue, Database, Redis, Runtime, Process, HTTP.</summary>
    public required string Group { get; init; }

    /// <summary>For people.</summary>
    public required string Title { get; init; }

    /// <summary><c>1/s</c>, <c>s</c>, <c>By</c>, <c>ratio</c>, <c>s/s</c>, or empty for a count.</summary>
    public required string Unit { get; init; }

    /// <summary>What tells its lines apart: <c>worker</c>, a label's name, <c>quantile</c>; empty when there is one line.</summary>
    public string By { get; init; } = "";

    /// <summary>Its lines are percentiles: names end with <c>p50</c>, <c>p95</c> or <c>p99</c>.</summary>
    public bool Percentiles { get; init; }
}

/// <summary>The charts there are.</summary>
/// <param name="Charts">In the order of their groups.</param>
/// <param name="Ranges">What may be asked for: <c>15m</c>, <c>1h</c>, <c>6h</c>, <c>24h</c>, <c>7d</c>.</param>
public sealed record ChartList(IReadOnlyList<ChartView> Charts, IReadOnlyList<string> Ranges);

/// <summary>One chart over one range.</summary>
public sealed record ChartAnswer
{
    /// <summary>Which.</summary>
    public required ChartView Chart { get; init; }

    /// <summary>The range that was asked for.</summary>
    public required string Range { get; init; }

    /// <summary>Time of the first point of every line.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>Time between two points.</summary>
    public double StepSeconds { get; init; }

    /// <summary>Its lines; at most 1,600 points each.</summary>
    public IReadOnlyList<ChartLine> Lines { get; init; } = [];

    /// <summary>What happened meanwhile: alerts, restarts, starts and deployments of the node.</summary>
    public IReadOnlyList<ChartMarker> Markers { get; init; } = [];
}

/// <summary>One line of a chart.</summary>
/// <param name="Name">A worker, a label's value, <c>p95</c>; empty for the only one.</param>
/// <param name="Values">Null where nothing is known: a gap, not a zero.</param>
public sealed record ChartLine(string Name, IReadOnlyList<double?> Values);

/// <summary>Something to mark in a chart.</summary>
/// <param name="At">When.</param>
/// <param name="Kind"><c>alert</c>, <c>worker</c>, <c>start</c> or <c>deploy</c>.</param>
/// <param name="Text">One line.</param>
public sealed record ChartMarker(DateTimeOffset At, string Kind, string Text);
