namespace Chat.Server.Telemetry.Metrics;

/// <summary>
/// The latest numbers of every worker of a node. A worker's counters survive it: its next life's are added to
/// what the earlier ones left, so a sum over workers never falls; its gauges go with it.
/// </summary>
internal sealed class MetricsBook
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    public void Receive(MetricsSnapshot snapshot)
    {
        lock (_gate)
        {
            if (!_slots.TryGetValue(snapshot.Source, out var slot))
            {
                slot = new Slot();
                _slots.Add(snapshot.Source, slot);
            }

            if (slot.Live is { } live && live.StartedAt != snapshot.StartedAt)
            {
                if (snapshot.StartedAt < live.StartedAt)
                {
                    // A last word of a life that was already replaced.
                    return;
                }

                slot.Bury();
            }
            else if (slot.Live is null && snapshot.StartedAt <= slot.LastBuried)
            {
                return;
            }

            slot.Live = snapshot;
            slot.Total = null;
        }
    }

    /// <summary>The worker's process has ended.</summary>
    public void Gone(string source)
    {
        lock (_gate)
        {
            if (_slots.TryGetValue(source, out var slot))
            {
                slot.Bury();
            }
        }
    }

    /// <summary>One snapshot per worker, ordered by name; of dead ones the counters only.</summary>
    public IReadOnlyList<MetricsSnapshot> Current()
    {
        lock (_gate)
        {
            var all = new List<MetricsSnapshot>(_slots.Count);
            foreach (var (source, slot) in _slots)
            {
                all.Add(slot.Total ??= slot.Sum(source));
            }

            return all;
        }
    }

    private sealed class Slot
    {
        private IReadOnlyList<MetricFamily> _buried = [];

        public MetricsSnapshot? Live { get; set; }

        public MetricsSnapshot? Total { get; set; }

        public long LastBuried { get; private set; }

        public void Bury()
        {
            if (Live is not { } live)
            {
                return;
            }

            _buried = SnapshotSum.Add(_buried, live.Families.Where(SnapshotSum.OnlyRises));
            LastBuried = live.StartedAt;
            Live = null;
            Total = null;
        }

        public MetricsSnapshot Sum(string source) => new(
            source,
            Live?.StartedAt ?? LastBuried,
            _buried.Count == 0 && Live is not null ? Live.Families : SnapshotSum.Add(_buried, Live?.Families ?? []));
    }
}
