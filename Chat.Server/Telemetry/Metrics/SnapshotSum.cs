namespace Chat.Server.Telemetry.Metrics;

/// <summary>Adds families series by series: what earlier lives of a worker counted and what this one counts.</summary>
internal static class SnapshotSum
{
    public static bool OnlyRises(MetricFamily family) => family.Kind is MetricKind.Counter or MetricKind.Histogram;

    public static IReadOnlyList<MetricFamily> Add(IReadOnlyList<MetricFamily> earlier, IEnumerable<MetricFamily> later)
    {
        var sum = earlier.ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var family in later)
        {
            // Other bounds (a new version of the worker's code): the new ones hold, the old counts cannot be mapped onto them.
            sum[family.Name] = sum.TryGetValue(family.Name, out var known) && OnlyRises(family)
                && known.Kind == family.Kind && known.Bounds.SequenceEqual(family.Bounds)
                ? Add(known, family)
                : family;
        }

        return [.. sum.Values];
    }

    private static MetricFamily Add(MetricFamily earlier, MetricFamily later)
    {
        var series = earlier.Series.ToDictionary(s => s.Labels);
        foreach (var one in later.Series)
        {
            series[one.Labels] = series.TryGetValue(one.Labels, out var known) ? Add(known, one) : one;
        }

        return later with { Series = [.. series.Values] };
    }

    private static MetricSeries Add(MetricSeries earlier, MetricSeries later) => later with
    {
        Value = earlier.Value + later.Value,
        Buckets = later.Buckets is null ? null : [.. later.Buckets.Zip(earlier.Buckets!, static (a, b) => a + b)],
    };
}
