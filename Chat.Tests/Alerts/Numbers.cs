using Chat.Server.Telemetry;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Support;
using Microsoft.Extensions.Options;

namespace Chat.Tests.Alerts;

/// <summary>The numbers of a node as a test wants them; begins with a node that is well.</summary>
internal sealed class Numbers
{
    private static readonly IReadOnlyList<double> DelayBounds = Buckets.Latency;

    private readonly MetricsHistory _history;
    private readonly Dictionary<(string Source, string Family, LabelSet Labels), (MetricKind Kind, double Value, long[]? Buckets)> _series = [];

    public Numbers(ManualTimeProvider time)
    {
        _history = new MetricsHistory(Options.Create(new TelemetryOptions()), time);
        Gauge("chat.dependency.up", 1, "dependency=database", source: "w1");
        Gauge("chat.worker.count", 2, "state=healthy");
        Gauge("chat.worker.count", 0, "state=crashed");
        Gauge("chat.memory.utilization", 0.3, "scope=container");
        Delay(0.0001, times: 240);
    }

    public Numbers Gauge(string family, double value, string labels = "", string source = "")
    {
        _series[(source, family, Labels(labels))] = (MetricKind.Gauge, value, null);
        return this;
    }

    public Numbers NoGauge(string family)
    {
        foreach (var key in _series.Keys.Where(k => k.Family == family).ToArray())
        {
            _series.Remove(key);
        }

        return this;
    }

    public Numbers Count(string family, double more, string labels = "", string source = "")
    {
        var key = (source, family, Labels(labels));
        _series[key] = (MetricKind.Counter, _series.GetValueOrDefault(key).Value + more, null);
        return this;
    }

    /// <summary>Adds observations of the thread-pool probe.</summary>
    public Numbers Delay(double seconds, int times = 1, string source = "w1") => Observe("chat.threadpool.queue_delay", seconds, times, source: source);

    public Numbers Observe(string family, double seconds, int times = 1, string labels = "", string source = "w1")
    {
        var key = (source, family, Labels(labels));
        var buckets = _series.GetValueOrDefault(key).Buckets ?? new long[DelayBounds.Count + 1];
        buckets[DelayBounds.TakeWhile(bound => bound < seconds).Count()] += times;
        _series[key] = (MetricKind.Histogram, 0, buckets);
        return this;
    }

    public MetricsView Sample()
    {
        _history.Add([.. _series.GroupBy(s => s.Key.Source).Select(source => new MetricsSnapshot(source.Key, 1, [.. source
            .GroupBy(s => (s.Key.Family, s.Value.Kind))
            .Select(family => new MetricFamily(
                family.Key.Family, "", "", family.Key.Kind, family.Key.Kind == MetricKind.Histogram ? DelayBounds : [],
                [.. family.Select(s => new MetricSeries(s.Key.Labels, s.Value.Value, (long[]?)s.Value.Buckets?.Clone()))]))]))]);
        return _history.View();
    }

    private static LabelSet Labels(string text) => LabelSet.Of(text
        .Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('='))
        .Select(pair => KeyValuePair.Create(pair[0], pair[1])));
}
