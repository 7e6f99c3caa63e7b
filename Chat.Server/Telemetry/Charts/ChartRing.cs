namespace Chat.Server.Telemetry.Charts;

/// <summary>The points of one line at one step, oldest to newest. What is missing is NaN: a gap, not a zero.</summary>
internal sealed class ChartRing
{
    private readonly float[] _points;
    private long _newest = -1;

    public ChartRing(int points)
    {
        _points = new float[points];
        Array.Fill(_points, float.NaN);
    }

    /// <param name="slot">Counts steps since some beginning; never smaller than before.</param>
    public void Set(long slot, float value)
    {
        for (var skipped = Math.Max(_newest + 1, slot - _points.Length + 1); skipped < slot; skipped++)
        {
            _points[skipped % _points.Length] = float.NaN;
        }

        _points[slot % _points.Length] = value;
        _newest = slot;
    }

    public float[] Read(long from, long to)
    {
        var values = new float[Math.Max(0, to - from + 1)];
        for (var slot = from; slot <= to; slot++)
        {
            values[slot - from] = slot >= 0 && slot <= _newest && slot > _newest - _points.Length ? _points[slot % _points.Length] : float.NaN;
        }

        return values;
    }
}
