using Chat.Contracts.Management;

namespace Chat.Admin.Live;

/// <summary>The last minutes of the counters, for the small lines beside them: in memory, of fixed size, the same for all viewers.</summary>
internal sealed class TileHistory
{
    private const int Most = 300;

    private readonly Lock _gate = new();
    private readonly Queue<(DateTimeOffset At, OverviewTiles? Tiles)> _points = new(Most);

    public void Add(LivePicture picture)
    {
        lock (_gate)
        {
            if (_points.Count == Most)
            {
                _points.Dequeue();
            }

            // Nobody answers: a gap, not the last value drawn on and on.
            _points.Enqueue((picture.At, picture.Connected == 0 ? null : picture.Tiles));
        }
    }

    public IReadOnlyList<double?> Read(Func<OverviewTiles, double?> part, int last = 120)
    {
        lock (_gate)
        {
            return [.. _points.TakeLast(last).Select(p => p.Tiles is { } tiles ? part(tiles) : null)];
        }
    }
}
