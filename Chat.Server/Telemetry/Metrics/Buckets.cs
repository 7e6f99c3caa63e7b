using System.Diagnostics.Metrics;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>Which bucket bounds a histogram gets: what its author advises, else what its unit suggests.</summary>
internal static class Buckets
{
    public static readonly double[] Latency =
        [0.001, 0.0025, 0.005, 0.010, 0.025, 0.050, 0.100, 0.250, 0.500, 1, 2.5, 5, 10];

    public static readonly double[] Bytes = [64, 256, 1024, 4096, 16_384, 32_768, 65_536, 262_144, 1_048_576];

    public static readonly double[] Count = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000];

    private const int MostBounds = 40;

    public static double[] For(Instrument instrument)
    {
        var advised = Advised(instrument);
        if (advised is { Length: > 0 and <= MostBounds })
        {
            return advised;
        }

        return instrument.Unit switch
        {
            "s" => Latency,
            "By" => Bytes,
            _ => Count,
        };
    }

    private static double[]? Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries?.ToArray(),
        Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
        Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
        Histogram<float> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
        _ => null,
    };
}
