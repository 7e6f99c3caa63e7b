using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Telemetry.Charts;

/// <summary>
/// The past of what the console charts: sampled once for all viewers, in rings of fixed size. Points are placed by the monotonic
/// clock and dated when they are read, so a wall clock that is set right moves the axis and tears no line.
/// </summary>
internal sealed class ChartBook(TimeProvider time) : IMetricsObserver
{
    private const int MostLines = 380;
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan QuantileWindow = TimeSpan.FromSeconds(30);
    private static readonly double[] Quantiles = [0.5, 0.95, 0.99];

    private readonly Lock _gate = new();
    private readonly long _begin = time.GetTimestamp();
    private readonly SortedDictionary<(string Chart, string Name), ChartLine> _lines = [];

    /// <summary>Lines that found no room.</summary>
    public int Refused { get; private set; }

    public void Sampled(MetricsView view)
    {
        var since = time.GetElapsedTime(_begin);
        var points = ChartDefinition.All.SelectMany(chart => Points(chart, view)).ToArray();
        lock (_gate)
        {
            foreach (var (chart, name, value) in points)
            {
                LineHoldingLock(chart, name)?.Add(since, value);
            }
        }
    }

    /// <summary>All lines of a chart over the range, in the finest steps that reach back so far; empty when there is no such chart.</summary>
    /// <param name="ago">The range ended so long ago.</param>
    public IReadOnlyList<ChartReading> Read(string chart, TimeSpan range, TimeSpan ago = default)
    {
        var tier = Array.FindIndex(ChartTier.All, t => range + ago <= t.Kept);
        tier = tier < 0 ? ChartTier.All.Length - 1 : tier;
        var step = ChartTier.All[tier];
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var since = time.GetElapsedTime(_begin);
            var to = step.SlotOf(since) - step.SlotOf(ago);
            var from = to - Math.Min(step.Points, step.SlotOf(range)) + 1;
            return [.. _lines.Where(l => l.Key.Chart == chart).Select(l => new ChartReading(
                chart,
                l.Key.Name,
                now - (since - (step.Step * from)),
                step.Step,
                [.. l.Value.Read(tier, from, to).Select(v => float.IsNaN(v) ? (float?)null : v)]))];
        }
    }

    private ChartLine? LineHoldingLock(string chart, string name)
    {
        if (_lines.TryGetValue((chart, name), out var line))
        {
            return line;
        }

        if (_lines.Count >= MostLines)
        {
            Refused++;
            return null;
        }

        line = new ChartLine();
        _lines.Add((chart, name), line);
        return line;
    }

    private static IEnumerable<(string Chart, string Name, double Value)> Points(ChartDefinition chart, MetricsView view) => chart.Kind switch
    {
        ChartKind.Quantiles => view.Observed(chart.Family, QuantileWindow, chart.Where)
            .GroupBy(r => Name(chart, r.Source, r.Labels), StringComparer.Ordinal)
            .SelectMany(line => QuantilesOf(chart, line.Key, line.Select(r => r.Distribution))),
        ChartKind.Rate => Rises(chart, view)
            .GroupBy(r => Name(chart, r.Source, r.Labels), StringComparer.Ordinal)
            .Select(line => (chart.Name, line.Key, line.Sum(r => r.Value) / RateWindow.TotalSeconds)),
        _ => view.Now(chart.Family, chart.Where)
            .GroupBy(r => Name(chart, r.Source, r.Labels), StringComparer.Ordinal)
            .Select(line => (chart.Name, line.Key, chart.Kind == ChartKind.Max ? line.Max(r => r.Value) : line.Sum(r => r.Value))),
    };

    /// <summary>A histogram's rate is that of its observations.</summary>
    private static IEnumerable<MetricReading> Rises(ChartDefinition chart, MetricsView view)
    {
        var observed = view.Observed(chart.Family, RateWindow, chart.Where);
        return observed.Count > 0
            ? observed.Select(r => new MetricReading(r.Source, r.Labels, r.Distribution.Total))
            : view.Increase(chart.Family, RateWindow, chart.Where);
    }

    private static IEnumerable<(string Chart, string Name, double Value)> QuantilesOf(ChartDefinition chart, string name, IEnumerable<Distribution> parts)
    {
        var all = Distribution.Merge(parts);
        foreach (var q in Quantiles)
        {
            // Nothing observed is a gap.
            if (all?.Quantile(q) is { } value)
            {
                yield return (chart.Name, name.Length == 0 ? $"p{q * 100:0}" : $"{name} p{q * 100:0}", value);
            }
        }
    }

    private static string Name(ChartDefinition chart, string source, LabelSet labels) => chart.By switch
    {
        "" => "",
        ChartDefinition.Worker => source.Length == 0 ? "node" : source,
        var label => labels.TryGet(label, out var value) ? value : "other",
    };
}
