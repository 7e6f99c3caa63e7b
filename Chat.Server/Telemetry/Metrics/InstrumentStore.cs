using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>All series of one instrument name. The number of series is bounded: what comes beyond goes into one overflow series.</summary>
internal sealed class InstrumentStore
{
    private readonly ConcurrentDictionary<LabelSet, SeriesCell> _series = new();
    private readonly ConcurrentDictionary<RawTags, SeriesCell> _known = new(new RawTags.Comparer());
    private readonly ConcurrentDictionary<RawTags, SeriesCell>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly int _mostSeries;
    private readonly bool _observable;
    private readonly double[]? _bounds;
    private long _round;
    private SeriesCell? _untagged;

    public InstrumentStore(Instrument instrument, MetricKind kind, int mostSeries)
    {
        Name = instrument.Name;
        Unit = instrument.Unit ?? "";
        Help = instrument.Description ?? "";
        Kind = kind;
        _observable = instrument.IsObservable;
        _mostSeries = mostSeries;
        _bounds = kind == MetricKind.Histogram ? Buckets.For(instrument) : null;
        _lookup = _known.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public string Name { get; }

    public string Unit { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        var cell = Find(tags);
        if (_observable)
        {
            cell.SetInRound(value, _round, addsUp: Kind != MetricKind.Gauge);
        }
        else if (Kind == MetricKind.Histogram)
        {
            cell.Observe(value);
        }
        else if (Kind == MetricKind.Gauge)
        {
            cell.Set(value);
        }
        else
        {
            cell.Add(value);
        }
    }

    /// <summary>Called under the collector's lock before the callbacks of observable instruments run.</summary>
    public void BeginRound() => _round++;

    public MetricFamily Read()
    {
        var series = new List<MetricSeries>(_series.Count);
        foreach (var cell in _series.Values)
        {
            // A gauge that its callback no longer reports is about something that is gone (a worker, a pool).
            if (!_observable || Kind == MetricKind.Counter || cell.SeenIn(_round))
            {
                series.Add(cell.Read());
            }
        }

        return new MetricFamily(Name, Unit, Help, Kind, _bounds ?? [], series);
    }

    private SeriesCell Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return _untagged ??= Cell(LabelSet.Empty);
        }

        if (_lookup.TryGetValue(tags, out var cell))
        {
            return cell;
        }

        // The same labels in another order are another raw key, hence the wider limit.
        if (_known.Count >= _mostSeries * 4)
        {
            return Cell(LabelSet.Overflow);
        }

        cell = Cell(LabelRules.Clean(tags));
        _lookup.TryAdd(tags, cell);
        return cell;
    }

    private SeriesCell Cell(LabelSet labels)
    {
        if (_series.TryGetValue(labels, out var cell))
        {
            return cell;
        }

        var allowed = _series.Count < _mostSeries ? labels : LabelSet.Overflow;
        return _series.GetOrAdd(allowed, static (key, bounds) => new SeriesCell(key, bounds), _bounds);
    }
}
