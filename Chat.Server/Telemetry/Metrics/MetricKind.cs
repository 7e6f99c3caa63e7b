namespace Chat.Server.Telemetry.Metrics;

internal enum MetricKind : byte
{
    /// <summary>Only rises while its process lives.</summary>
    Counter = 1,

    /// <summary>The last value counts.</summary>
    Gauge = 2,

    /// <summary>Rises and falls by differences; exported as a gauge.</summary>
    Sum = 3,

    Histogram = 4,
}
