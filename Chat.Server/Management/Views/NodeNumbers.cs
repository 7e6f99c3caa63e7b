using Chat.Contracts.Management;
using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Management.Views;

/// <summary>The node's numbers as the API tells them: null is a gap.</summary>
internal sealed class NodeNumbers(MetricsView view)
{
    public static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LatencyWindow = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FailureWindow = TimeSpan.FromMinutes(1);

    public double? Rate(string family, string? worker = null) => Risen(family, RateWindow, worker) / RateWindow.TotalSeconds;

    public long? Sum(string family, Func<LabelSet, bool>? where = null) =>
        view.Now(family, where) is { Count: > 0 } readings ? (long)readings.Sum(r => r.Value) : null;

    public double? Max(string family) => view.Now(family) is { Count: > 0 } readings ? readings.Max(r => r.Value) : null;

    public IReadOnlyList<MetricReading> Readings(string family) => view.Now(family);

    public LatencyView Latency(string family, Func<LabelSet, bool>? where = null, string? worker = null)
    {
        var all = Distribution.Merge(view.Observed(family, LatencyWindow, where).Where(r => worker is null || r.Source == worker).Select(r => r.Distribution));
        return new()
        {
            P50 = all?.Quantile(0.5),
            P95 = all?.Quantile(0.95),
            P99 = all?.Quantile(0.99),
            Count = (long)(all?.Total ?? 0),
        };
    }

    public double? FailureRatio()
    {
        var failed = Risen("chat.message.failed", FailureWindow, null) ?? 0;
        var attempted = failed + (Risen("chat.message.accepted", FailureWindow, null) ?? 0);
        return attempted > 0 ? failed / attempted : null;
    }

    private double? Risen(string family, TimeSpan window, string? worker)
    {
        var readings = view.Increase(family, window).Where(r => worker is null || r.Source == worker).ToArray();
        return readings.Length > 0 ? readings.Sum(r => r.Value) : null;
    }
}
