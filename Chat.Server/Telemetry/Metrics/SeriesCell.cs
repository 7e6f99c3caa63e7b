namespace Chat.Server.Telemetry.Metrics;

/// <summary>The number (or the buckets) behind one label set; written by any thread, without a lock.</summary>
internal sealed class SeriesCell(LabelSet labels, double[]? bounds)
{
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double _value;
    private long _round = -1;

    public LabelSet Labels { get; } = labels;

    public void Add(double difference)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + difference, seen);
            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Observe(double value)
    {
        var bucket = Array.BinarySearch(bounds!, value);
        Interlocked.Increment(ref _buckets![bucket < 0 ? ~bucket : bucket]);
        Add(value);
    }

    /// <summary>
    /// An absolute value read from a callback. Two instruments of one name (or two label sets that cleaning made
    /// equal) add up within a round; the next round begins anew.
    /// </summary>
    public void SetInRound(double value, long round, bool addsUp)
    {
        if (_round == round && addsUp)
        {
            _value += value;
            return;
        }

        _round = round;
        Volatile.Write(ref _value, value);
    }

    public bool SeenIn(long round) => _round == round;

    public MetricSeries Read() => new(Labels, Volatile.Read(ref _value), (long[]?)_buckets?.Clone());
}
