using Chat.Bench.Load;
using Chat.Bench.Targets;

namespace Chat.Bench.Results;

/// <summary>Which numbers of a scenario are meant.</summary>
internal readonly record struct Figure(TargetKind Target, string Metric);

/// <summary>How two figures are compared.</summary>
internal enum Comparison
{
    /// <summary>The first alone.</summary>
    Value,

    /// <summary>First divided by second.</summary>
    Ratio,

    /// <summary>First minus second.</summary>
    Difference,
}

/// <summary>
/// What a scenario has to show. Figures are compared within each repeat, seconds apart, and the median of that is judged:
/// the machine drifts by more between the repeats than the comparison may.
/// </summary>
internal sealed record Goal(string Title, Figure First, Comparison How, Figure? Second = null, double? AtLeast = null, double? AtMost = null)
{
    public Verdict Judge(ResultSet results, string scenario)
    {
        var first = results.Values(scenario, First.Target, First.Metric);
        IReadOnlyDictionary<int, double>? second = Second is { } s ? results.Values(scenario, s.Target, s.Metric) : null;
        var compared = first
            .Where(f => second is null || second.ContainsKey(f.Key))
            .Select(f => How switch
            {
                Comparison.Ratio => f.Value / second![f.Key],
                Comparison.Difference => f.Value - second![f.Key],
                _ => f.Value,
            })
            .ToArray();
        var spread = Spread.Of(compared);
        var outcome = compared.Length == 0 ? Outcome.NotMeasured
            : (AtLeast is not { } least || spread.Median >= least) && (AtMost is not { } most || spread.Median <= most) ? Outcome.Met
            : Outcome.Missed;
        return new Verdict(scenario, Title, Bound, spread, outcome);
    }

    private string Bound => AtLeast is { } least ? $"≥ {least:#,0.##}" : $"≤ {AtMost:#,0.##}";
}

internal enum Outcome
{
    Met,
    Missed,
    NotMeasured,
}

internal sealed record Verdict(string Scenario, string Title, string Bound, Spread Measured, Outcome Outcome);
