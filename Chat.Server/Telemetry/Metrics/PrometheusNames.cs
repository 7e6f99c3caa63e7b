using System.Collections.Frozen;
using System.Text;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>OpenTelemetry names as Prometheus wants them: <c>_</c>, the unit spelt out, <c>_total</c> on counters.</summary>
internal static class PrometheusNames
{
    private static readonly FrozenDictionary<string, string> Units = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["d"] = "days", ["h"] = "hours", ["min"] = "minutes", ["s"] = "seconds", ["ms"] = "milliseconds",
        ["us"] = "microseconds", ["ns"] = "nanoseconds", ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes",
        ["GiBy"] = "gibibytes", ["bit"] = "bits", ["%"] = "percent", ["Cel"] = "celsius", ["Hz"] = "hertz",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> PerUnits = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["s"] = "second", ["min"] = "minute", ["h"] = "hour", ["d"] = "day",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string Metric(string name, string unit, MetricKind kind)
    {
        var result = Clean(name, colonAllowed: true);
        var suffix = UnitSuffix(unit, kind);
        if (suffix.Length > 0 && !result.EndsWith("_" + suffix, StringComparison.Ordinal))
        {
            result += "_" + suffix;
        }

        if (kind == MetricKind.Counter && !result.EndsWith("_total", StringComparison.Ordinal))
        {
            result += "_total";
        }

        return result;
    }

    public static string Label(string name) => Clean(name, colonAllowed: false);

    /// <summary>
    /// <c>_count</c>, <c>_sum</c> and <c>_bucket</c> belong to histograms; a gauge that is called so (chat_worker_count)
    /// is announced as untyped, which readers treat as a gauge and linters let pass.
    /// </summary>
    public static string Type(string metric, MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ when metric.EndsWith("_count", StringComparison.Ordinal) || metric.EndsWith("_sum", StringComparison.Ordinal)
            || metric.EndsWith("_bucket", StringComparison.Ordinal) => "untyped",
        _ => "gauge",
    };

    private static string UnitSuffix(string unit, MetricKind kind)
    {
        // What is annotated in braces ({message}) is for people.
        var open = unit.IndexOf('{', StringComparison.Ordinal);
        if (open >= 0)
        {
            var close = unit.IndexOf('}', open);
            unit = close < 0 ? unit[..open] : unit.Remove(open, close - open + 1);
        }

        if (unit.Length == 0)
        {
            return "";
        }

        if (unit == "1")
        {
            return kind is MetricKind.Gauge or MetricKind.Sum ? "ratio" : "";
        }

        var slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return Clean(Units.GetValueOrDefault(unit, unit), colonAllowed: false).Trim('_');
        }

        var top = UnitSuffix(unit[..slash], kind);
        var bottom = Clean(PerUnits.GetValueOrDefault(unit[(slash + 1)..], unit[(slash + 1)..]), colonAllowed: false).Trim('_');
        return (top, bottom) switch
        {
            (_, "") => top,
            ("", _) => "per_" + bottom,
            _ => $"{top}_per_{bottom}",
        };
    }

    private static string Clean(string name, bool colonAllowed)
    {
        var result = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            var kept = char.IsAsciiLetterOrDigit(c) || (c == ':' && colonAllowed) ? c : '_';
            if (kept != '_' || result.Length == 0 || result[^1] != '_')
            {
                result.Append(kept);
            }
        }

        if (result.Length == 0 || char.IsAsciiDigit(result[0]))
        {
            result.Insert(0, '_');
        }

        return result.ToString();
    }
}
