namespace Chat.Server.Telemetry.Charts;

/// <summary>One line of a chart in all tiers; a coarser point is the mean of what the finer ones told.</summary>
internal sealed class ChartLine
{
    private readonly ChartRing[] _rings = [.. ChartTier.All.Select(t => new ChartRing(t.Points))];
    private readonly Mean[] _means = new Mean[ChartTier.All.Length];

    public void Add(TimeSpan since, double value)
    {
        for (var i = 0; i < _rings.Length; i++)
        {
            var slot = ChartTier.All[i].SlotOf(since);
            _means[i] = _means[i].Slot == slot && _means[i].Count > 0 ? _means[i].With(value) : new Mean(slot, value, 1);
            _rings[i].Set(slot, (float)_means[i].Value);
        }
    }

    public float[] Read(int tier, long from, long to) => _rings[tier].Read(from, to);

    private readonly record struct Mean(long Slot, double Sum, int Count)
    {
        public double Value => Sum / Count;

        public Mean With(double value) => this with { Sum = Sum + value, Count = Count + 1 };
    }
}

/// <param name="Name">What tells it apart: a worker, a label's value, p50, p95, p99; empty when it is the only one.</param>
/// <param name="Values">Null where nothing is known.</param>
internal sealed record ChartReading(string Chart, string Name, DateTimeOffset From, TimeSpan Step, IReadOnlyList<float?> Values);
