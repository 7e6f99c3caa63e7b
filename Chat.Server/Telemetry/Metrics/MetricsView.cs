namespace Chat.Server.Telemetry.Metrics;

/// <summary>What rules and charts ask of the numbers: now, how much more than a while ago, and quantiles of that.</summary>
internal sealed class MetricsView(MetricsHistory history)
{
    /// <summary>The series of a gauge as they are now; empty when there is none.</summary>
    public IReadOnlyList<MetricReading> Now(string family, Func<LabelSet, bool>? where = null) => history.Read<IReadOnlyList<MetricReading>>(
        family,
        TimeSpan.Zero,
        (columns, newest, _) =>
        {
            var readings = new List<MetricReading>();
            foreach (var column in columns)
            {
                var value = newest[column.Start];
                if (!double.IsNaN(value) && (where is null || where(column.Labels)))
                {
                    readings.Add(new MetricReading(column.Source, column.Labels, value));
                }
            }

            return readings;
        },
        none: []);

    /// <summary>
    /// How much each series of a counter rose within the window. A series that is younger than the window (or a node that is)
    /// counts from 0: counters begin there, and the first crash of a worker must not be lost for want of an earlier sample.
    /// </summary>
    public IReadOnlyList<MetricReading> Increase(string family, TimeSpan window, Func<LabelSet, bool>? where = null) => history.Read<IReadOnlyList<MetricReading>>(
        family,
        window,
        (columns, newest, oldest) =>
        {
            var readings = new List<MetricReading>();
            foreach (var column in columns)
            {
                if (!double.IsNaN(newest[column.Start]) && (where is null || where(column.Labels)))
                {
                    readings.Add(new MetricReading(column.Source, column.Labels, Rise(newest, oldest, column.Start)));
                }
            }

            return readings;
        },
        none: []);

    /// <summary>What each series of a histogram observed within the window.</summary>
    public IReadOnlyList<HistogramReading> Observed(string family, TimeSpan window, Func<LabelSet, bool>? where = null) => history.Read<IReadOnlyList<HistogramReading>>(
        family,
        window,
        (columns, newest, oldest) =>
        {
            var readings = new List<HistogramReading>();
            foreach (var column in columns)
            {
                if (column.Kind != MetricKind.Histogram || double.IsNaN(newest[column.Start]) || (where is not null && !where(column.Labels)))
                {
                    continue;
                }

                var counts = new double[column.BucketCount];
                for (var i = 0; i < counts.Length; i++)
                {
                    counts[i] = Rise(newest, oldest, column.Start + 1 + i);
                }

                readings.Add(new HistogramReading(column.Source, column.Labels, new Distribution(column.Bounds, counts)));
            }

            return readings;
        },
        none: []);

    private static double Rise(MetricsHistory.Frame newest, MetricsHistory.Frame? oldest, int place)
    {
        var before = oldest is { } frame && !double.IsNaN(frame[place]) ? frame[place] : 0;
        return Math.Max(0, newest[place] - before);
    }
}

/// <param name="Source">The worker; empty for the node itself.</param>
internal readonly record struct MetricReading(string Source, LabelSet Labels, double Value);

internal readonly record struct HistogramReading(string Source, LabelSet Labels, Distribution Distribution);
