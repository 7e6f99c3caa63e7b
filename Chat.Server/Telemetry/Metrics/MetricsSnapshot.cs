namespace Chat.Server.Telemetry.Metrics;

/// <summary>All numbers of one process at one moment; what a worker's heartbeat carries.</summary>
/// <param name="Source">The worker's name (<c>w1</c>); empty for the node itself.</param>
/// <param name="StartedAt">UTC ticks of the process's start: another value is another life, whose counters begin at 0.</param>
internal sealed record MetricsSnapshot(string Source, long StartedAt, IReadOnlyList<MetricFamily> Families);

/// <param name="Name">As the instrument is called (<c>chat.message.accepted</c>).</param>
/// <param name="Bounds">Upper bounds of a histogram's buckets, without the last (infinity).</param>
internal sealed record MetricFamily(
    string Name,
    string Unit,
    string Help,
    MetricKind Kind,
    IReadOnlyList<double> Bounds,
    IReadOnlyList<MetricSeries> Series);

/// <param name="Value">The number; of a histogram the sum of what was observed.</param>
/// <param name="Buckets">Of a histogram: how many fell into each bucket (not cumulative), the last is infinity.</param>
internal sealed record MetricSeries(LabelSet Labels, double Value, long[]? Buckets);
