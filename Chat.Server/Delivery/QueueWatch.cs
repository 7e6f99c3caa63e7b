using System.Collections.Concurrent;
using Chat.Server.Delivery.Pumps;

namespace Chat.Server.Delivery;

/// <summary>
/// What is owed to connected devices, and for how long. Looked at once a second; who keeps up costs two reads.
/// </summary>
internal sealed class QueueWatch(UserConnections users, TimeProvider time)
{
    private readonly ConcurrentDictionary<ConnectionPump, OwedClock> _clocks = new();
    private long _pending;
    private long _inFlight;
    private long _oldestTicks;

    /// <summary>Events that are not written yet.</summary>
    public long Pending => Volatile.Read(ref _pending);

    /// <summary>Events that are written and not acknowledged.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>How long the oldest of them has been owed, to the second.</summary>
    public TimeSpan Oldest => TimeSpan.FromTicks(Volatile.Read(ref _oldestTicks));

    public (long Pending, TimeSpan Age) Of(ConnectionPump pump) =>
        _clocks.TryGetValue(pump, out var clock) ? (clock.Pending, clock.Age(time)) : (0, TimeSpan.Zero);

    public void Step()
    {
        long pending = 0, inFlight = 0;
        var oldest = TimeSpan.Zero;
        foreach (var pump in users.All)
        {
            var written = pump.Window.Unacknowledged;
            var waiting = PendingOf(pump);
            if (pump.IsClosed || written + waiting <= 0)
            {
                _clocks.TryRemove(pump, out _);
                continue;
            }

            var clock = _clocks.GetOrAdd(pump, static _ => new OwedClock());
            clock.Look(written, waiting, pump.Window.Acknowledgements, time);
            pending += waiting;
            inFlight += written;
            oldest = clock.Age(time) is var age && age > oldest ? age : oldest;
        }

        foreach (var (gone, _) in _clocks.Where(c => c.Key.IsClosed))
        {
            _clocks.TryRemove(gone, out _);
        }

        Volatile.Write(ref _pending, pending);
        Volatile.Write(ref _inFlight, inFlight);
        Volatile.Write(ref _oldestTicks, oldest.Ticks);
    }

    private static long PendingOf(ConnectionPump pump)
    {
        if (!pump.IsCatchingUp)
        {
            return 0;
        }

        long pending = 0;
        foreach (var subscription in pump.Places.All())
        {
            if (!subscription.Live)
            {
                // Negative while nobody knows how far the log reaches.
                pending += Math.Max(0, Math.Min(subscription.Feed.Head, subscription.End) - subscription.Position);
            }
        }

        return pending;
    }
}
