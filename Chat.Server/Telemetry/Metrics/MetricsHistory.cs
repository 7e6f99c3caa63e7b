using Microsoft.Extensions.Options;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>
/// The last minutes of all numbers of a node, one frame a sample, in a ring. Frames are timed by the monotonic
/// clock: a wall clock that jumps neither empties a window nor fills one.
/// </summary>
internal sealed class MetricsHistory
{
    private readonly Lock _gate = new();
    private readonly HistoryColumns _columns;
    private readonly Frame[] _ring;
    private readonly TimeProvider _time;
    private int _next;
    private int _count;

    public MetricsHistory(IOptions<TelemetryOptions> options, TimeProvider time)
    {
        var o = options.Value;
        _time = time;
        _columns = new HistoryColumns(o.MaxHistoryColumns);
        _ring = new Frame[Math.Max(2, (int)(o.KeepSamples / o.SampleEvery))];
    }

    /// <summary>Series that found no place because the history is full.</summary>
    public long Refused
    {
        get
        {
            lock (_gate)
            {
                return _columns.Refused;
            }
        }
    }

    public void Add(IReadOnlyList<MetricsSnapshot> snapshots)
    {
        lock (_gate)
        {
            var places = new List<(HistoryColumn Column, MetricSeries Series)>(512);
            foreach (var snapshot in snapshots)
            {
                foreach (var family in snapshot.Families)
                {
                    foreach (var series in family.Series)
                    {
                        if (_columns.Find(family, snapshot.Source, series.Labels) is { } column)
                        {
                            places.Add((column, series));
                        }
                    }
                }
            }

            var values = new double[_columns.Places];
            Array.Fill(values, double.NaN);
            foreach (var (column, series) in places)
            {
                column.Write(values, series);
            }

            _ring[_next] = new Frame(_time.GetTimestamp(), _time.GetUtcNow(), values);
            _next = (_next + 1) % _ring.Length;
            _count = Math.Min(_count + 1, _ring.Length);
        }
    }

    /// <summary>The newest sample and the way back from it; empty when nothing was sampled yet.</summary>
    public MetricsView View() => new(this);

    /// <summary>Runs <paramref name="read"/> over the columns of a family with the newest frame and the one a window earlier.</summary>
    internal TResult Read<TResult>(string family, TimeSpan window, Func<IReadOnlyList<HistoryColumn>, Frame, Frame?, TResult> read, TResult none)
    {
        lock (_gate)
        {
            return _count == 0 ? none : read(_columns.Of(family), At(_count - 1), AtOrBefore(window));
        }
    }

    /// <summary>All frames of the window, oldest first.</summary>
    internal IReadOnlyList<Frame> Frames(TimeSpan window)
    {
        lock (_gate)
        {
            var frames = new List<Frame>();
            for (var i = 0; i < _count; i++)
            {
                if (_time.GetElapsedTime(At(i).Timestamp) <= window)
                {
                    frames.Add(At(i));
                }
            }

            return frames;
        }
    }

    internal IReadOnlyList<HistoryColumn> Columns(string family)
    {
        lock (_gate)
        {
            return [.. _columns.Of(family)];
        }
    }

    internal IReadOnlyList<string> Families()
    {
        lock (_gate)
        {
            return [.. _columns.Families];
        }
    }

    private Frame At(int index) => _ring[(_next - _count + index + _ring.Length) % _ring.Length];

    private Frame? AtOrBefore(TimeSpan window)
    {
        var newest = At(_count - 1).Timestamp;
        int low = 0, high = _count - 1;
        Frame? found = null;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_time.GetElapsedTime(At(middle).Timestamp, newest) >= window)
            {
                found = At(middle);
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return found;
    }

    internal readonly record struct Frame(long Timestamp, DateTimeOffset At, double[] Values)
    {
        /// <summary>NaN where the series did not exist in this frame.</summary>
        public double this[int place] => place < Values.Length ? Values[place] : double.NaN;
    }
}
