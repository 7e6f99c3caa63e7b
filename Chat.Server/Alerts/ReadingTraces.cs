using Chat.Server.Alerts.Rules;
using Chat.Server.Telemetry.Charts;

namespace Chat.Server.Alerts;

/// <summary>
/// What rules read in the last quarter of an hour, one line for each thing that they judge, so that a value can be seen beside its
/// threshold. Where nothing was read there is a gap. Called under the engine's lock; forgotten when the process ends.
/// </summary>
internal sealed class ReadingTraces(TimeProvider time)
{
    private const int Points = 90;
    private const int MostLines = 300;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private readonly long _begin = time.GetTimestamp();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    private long Slot => time.GetElapsedTime(_begin).Ticks / Step.Ticks;

    /// <param name="every">How often the rule is judged: until then a reading stands.</param>
    public void Note(string fingerprint, double value, Breach breach, TimeSpan every)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        var slot = Slot;
        if (!_lines.TryGetValue(fingerprint, out var line))
        {
            if (_lines.Count >= MostLines)
            {
                Forget(slot - Points);
            }

            if (_lines.Count >= MostLines)
            {
                return;
            }

            _lines.Add(fingerprint, line = new Line());
        }

        line.Set(slot, value, breach, every);
    }

    /// <summary>Null when nothing was read in this time.</summary>
    public ReadingTrace? Of(string fingerprint)
    {
        var slot = Slot;
        return _lines.TryGetValue(fingerprint, out var line) && line.Newest > slot - Points
            ? new ReadingTrace(
                time.GetUtcNow() - (time.GetElapsedTime(_begin) - (Step * (slot - Points + 1))),
                Step,
                [.. line.Ring.Read(slot - Points + 1, slot).Select(v => float.IsNaN(v) ? (double?)null : v)])
            : null;
    }

    private void Forget(long before)
    {
        foreach (var fingerprint in _lines.Where(l => l.Value.Newest <= before).Select(l => l.Key).ToArray())
        {
            _lines.Remove(fingerprint);
        }
    }

    private sealed class Line
    {
        private double _value;

        public ChartRing Ring { get; } = new(Points);

        public long Newest { get; private set; } = -1;

        public void Set(long slot, double value, Breach breach, TimeSpan every)
        {
            if (slot == Newest)
            {
                // The worst of a step: a short peak is what an alert is about.
                value = breach == Breach.Above ? Math.Max(value, _value) : Math.Min(value, _value);
            }
            else if (Newest >= 0 && Step * (slot - Newest) <= every + Step)
            {
                for (var between = Newest + 1; between < slot; between++)
                {
                    Ring.Set(between, (float)_value);
                }
            }

            Ring.Set(slot, (float)value);
            (Newest, _value) = (slot, value);
        }
    }
}

/// <param name="Values">Oldest first; null where nothing was read.</param>
internal sealed record ReadingTrace(DateTimeOffset From, TimeSpan Step, IReadOnlyList<double?> Values);
