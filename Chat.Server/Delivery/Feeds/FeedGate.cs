using Chat.Server.Storage;

namespace Chat.Server.Delivery.Feeds;

/// <summary>
/// Brings what arrives out of order into order: the next seq passes, a gap is parked, what is old is dropped. Own commits, hints
/// and what was read to fill a gap all pass here. Not thread-safe: its feed holds the lock.
/// </summary>
internal sealed class FeedGate
{
    /// <summary>More parked runs than this and the log is read instead.</summary>
    private const int MaxParked = 64;

    /// <summary>The position of a feed that nobody has established yet.</summary>
    public const long Cold = -1;

    private SortedList<long, ArraySegment<LogEvent>>? _parked;

    /// <summary>Last seq that passed; <see cref="Cold"/> before the first.</summary>
    public long Position { get; private set; } = Cold;

    /// <summary>Greatest seq known to exist; beyond <see cref="Position"/> there is a gap.</summary>
    public long Known { get; private set; } = Cold;

    public bool HasGap => Position != Cold && Known > Position;

    /// <summary>Sets the position of a cold gate to what was read from the log.</summary>
    public void Establish(long position)
    {
        if (Position == Cold)
        {
            Position = position;
            Known = Math.Max(Known, position);
        }
    }

    /// <summary>Goes on behind events that the log keeps no more.</summary>
    public void Skip(long through) => Position = Math.Max(Position, through);

    /// <summary>An event with this seq exists somewhere.</summary>
    public void Hear(long seq) => Known = Math.Max(Known, seq);

    /// <summary>Offers a run of consecutive events; the part of it that is next, or empty.</summary>
    public ArraySegment<LogEvent> Offer(ArraySegment<LogEvent> run)
    {
        var first = run[0].Seq;
        var last = run[^1].Seq;
        Hear(last);
        if (Position == Cold)
        {
            // Nobody is fed yet; whoever joins reads the log up to here first.
            Position = last;
            return run;
        }

        if (last <= Position)
        {
            return default;
        }

        if (first > Position + 1)
        {
            Park(run);
            return default;
        }

        var next = run[(int)(Position + 1 - first)..];
        Position = last;
        return next;
    }

    /// <summary>A parked run that has become the next, or empty.</summary>
    public ArraySegment<LogEvent> Unpark()
    {
        while (_parked is { Count: > 0 })
        {
            var run = _parked.GetValueAtIndex(0);
            if (run[0].Seq > Position + 1)
            {
                break;
            }

            _parked.RemoveAt(0);
            var next = Offer(run);
            if (next.Count > 0)
            {
                return next;
            }
        }

        return default;
    }

    private void Park(ArraySegment<LogEvent> run)
    {
        _parked ??= [];
        if (_parked.Count < MaxParked)
        {
            _parked[run[0].Seq] = run;
        }
    }
}
