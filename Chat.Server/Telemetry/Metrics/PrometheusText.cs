using System.Globalization;
using System.Text;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>Text exposition format 0.0.4 of several snapshots: one family once, one line per worker and label set.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IReadOnlyList<MetricsSnapshot> snapshots)
    {
        var text = new StringBuilder(64 * 1024);
        foreach (var (metric, parts) in Families(snapshots))
        {
            var first = parts[0].Family;
            text.Append("# HELP ").Append(metric).Append(' ');
            EscapeHelp(text, Help(first));
            text.Append("\n# TYPE ").Append(metric).Append(' ').Append(PrometheusNames.Type(metric, first.Kind)).Append('\n');
            foreach (var (source, family) in parts)
            {
                foreach (var series in family.Series)
                {
                    WriteSeries(text, metric, source, family, series);
                }
            }
        }

        return text.ToString();
    }

    private static SortedDictionary<string, List<(string Source, MetricFamily Family)>> Families(IReadOnlyList<MetricsSnapshot> snapshots)
    {
        var families = new SortedDictionary<string, List<(string Source, MetricFamily Family)>>(StringComparer.Ordinal);
        foreach (var snapshot in snapshots)
        {
            foreach (var family in snapshot.Families)
            {
                var metric = PrometheusNames.Metric(family.Name, family.Unit, family.Kind);
                if (!families.TryGetValue(metric, out var parts))
                {
                    families.Add(metric, parts = []);
                }

                // One name with two types is an invalid page; the first that came keeps the name.
                if (parts.Count == 0 || SameType(parts[0].Family, family))
                {
                    parts.Add((snapshot.Source, family));
                }
            }
        }

        return families;
    }

    private static bool SameType(MetricFamily one, MetricFamily other) =>
        PrometheusNames.Type("", one.Kind) == PrometheusNames.Type("", other.Kind);

    private static string Help(MetricFamily family) => family.Help.Length > 0 ? family.Help : family.Name;

    private static void WriteSeries(StringBuilder text, string metric, string source, MetricFamily family, MetricSeries series)
    {
        if (series.Buckets is null)
        {
            text.Append(metric);
            WriteLabels(text, source, series.Labels, le: null);
            text.Append(' ').Append(Number(series.Value)).Append('\n');
            return;
        }

        long below = 0;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            below += series.Buckets[i];
            text.Append(metric).Append("_bucket");
            WriteLabels(text, source, series.Labels, i < family.Bounds.Count ? Number(family.Bounds[i]) : "+Inf");
            text.Append(' ').Append(below).Append('\n');
        }

        text.Append(metric).Append("_sum");
        WriteLabels(text, source, series.Labels, le: null);
        text.Append(' ').Append(Number(series.Value)).Append('\n');
        text.Append(metric).Append("_count");
        WriteLabels(text, source, series.Labels, le: null);
        text.Append(' ').Append(below).Append('\n');
    }

    private static void WriteLabels(StringBuilder text, string source, LabelSet labels, string? le)
    {
        if (labels.Pairs.Count == 0 && source.Length == 0 && le is null)
        {
            return;
        }

        text.Append('{');
        var first = true;
        foreach (var (name, value) in labels.Pairs)
        {
            WriteLabel(text, PrometheusNames.Label(name), value, ref first);
        }

        if (source.Length > 0)
        {
            WriteLabel(text, "worker", source, ref first);
        }

        if (le is not null)
        {
            WriteLabel(text, "le", le, ref first);
        }

        text.Append('}');
    }

    private static void WriteLabel(StringBuilder text, string name, string value, ref bool first)
    {
        text.Append(first ? "" : ",").Append(name).Append("=\"");
        first = false;
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    private static void EscapeHelp(StringBuilder text, string help)
    {
        foreach (var c in help)
        {
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '\r' => text,
                _ => text.Append(c),
            };
        }
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
