using Chat.Server.Storage;

namespace Chat.Server.Delivery.Feeds;

/// <summary>The newest events of a conversation, without a hole: spares a read of the log to connections that are a little behind.</summary>
internal sealed class RecentEvents(int capacity)
{
    private LogEvent[]? _ring;
    private int _start;
    private int _count;

    public bool IsEmpty => _count == 0;

    public void AddAll(ReadOnlySpan<LogEvent> run)
    {
        foreach (var e in run)
        {
            Add(e);
        }
    }

    public void Add(LogEvent e)
    {
        if (capacity == 0)
        {
            return;
        }

        _ring ??= new LogEvent[Math.Min(16, capacity)];
        if (_count > 0 && At(_count - 1).Seq + 1 != e.Seq)
        {
            Clear();
            _ring = new LogEvent[Math.Min(16, capacity)];
        }

        if (_count == _ring.Length && _ring.Length < capacity)
        {
            Grow();
        }

        if (_count == _ring.Length)
        {
            _ring[_start] = e;
            _start = (_start + 1) % _ring.Length;
        }
        else
        {
            _ring[(_start + _count++) % _ring.Length] = e;
        }
    }

    /// <summary>Up to <paramref name="most"/> events after <paramref name="seq"/>; null when the first of them is not kept here.</summary>
    public List<LogEvent>? After(long seq, int most)
    {
        if (_count == 0 || seq + 1 < At(0).Seq || seq >= At(_count - 1).Seq)
        {
            return null;
        }

        var from = (int)(seq + 1 - At(0).Seq);
        var events = new List<LogEvent>(Math.Min(most, _count - from));
        for (var i = from; i < _count && events.Count < most; i++)
        {
            events.Add(At(i));
        }

        return events;
    }

    /// <summary>The event with this seq, when it is kept.</summary>
    public LogEvent? Find(long seq) =>
        _count > 0 && seq >= At(0).Seq && seq <= At(_count - 1).Seq ? At((int)(seq - At(0).Seq)) : null;

    public void Clear()
    {
        _ring = null;
        _start = 0;
        _count = 0;
    }

    private LogEvent At(int index) => _ring![(_start + index) % _ring.Length];

    private void Grow()
    {
        var larger = new LogEvent[Math.Min(_ring!.Length * 2, capacity)];
        for (var i = 0; i < _count; i++)
        {
            larger[i] = At(i);
        }

        _ring = larger;
        _start = 0;
    }
}
