namespace Chat.Server.Telemetry.Metrics;

/// <summary>Observations in buckets; quantiles are interpolated within a bucket, as Prometheus does it.</summary>
internal sealed class Distribution(IReadOnlyList<double> bounds, IReadOnlyList<double> counts)
{
    public IReadOnlyList<double> Bounds { get; } = bounds;

    public IReadOnlyList<double> Counts { get; } = counts;

    public double Total { get; } = counts.Sum();

    /// <summary>Null when nothing was observed. Beyond the last bound the answer is the last bound.</summary>
    public double? Quantile(double q)
    {
        if (Total <= 0)
        {
            return null;
        }

        var rank = q * Total;
        double below = 0;
        for (var i = 0; i < Bounds.Count; i++)
        {
            if (below + Counts[i] >= rank && Counts[i] > 0)
            {
                var lower = i == 0 ? 0 : Bounds[i - 1];
                return lower + ((Bounds[i] - lower) * Math.Max(0, rank - below) / Counts[i]);
            }

            below += Counts[i];
        }

        return Bounds.Count == 0 ? null : Bounds[^1];
    }

    /// <summary>Several series as one; those with other bounds than the first are left out.</summary>
    public static Distribution? Merge(IEnumerable<Distribution> parts)
    {
        Distribution? sum = null;
        foreach (var part in parts)
        {
            if (sum is null)
            {
                sum = part;
            }
            else if (sum.Bounds.SequenceEqual(part.Bounds))
            {
                sum = new Distribution(sum.Bounds, [.. sum.Counts.Zip(part.Counts, static (a, b) => a + b)]);
            }
        }

        return sum;
    }
}
