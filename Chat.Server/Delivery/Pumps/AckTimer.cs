using Chat.Server.Delivery.Feeds;

namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// How long it takes until a device has an event and says so. Of each connection one event at a time is followed, and when it was acknowledged
/// none until <see cref="Rearm"/>: with one a second, all the other events cost a read of one field.
/// </summary>
internal sealed class AckTimer
{
    private const int Resting = 0;
    private const int Wanted = 1;
    private const int Held = 2;
    private const int Running = 3;

    private int _state = Wanted;
    private Subscription? _place;
    private long _seq;
    private long _acceptedAt;
    private bool _live;

    /// <summary>The next event that is sent is followed; an event that will not be acknowledged any more is not.</summary>
    public void Rearm()
    {
        if (Interlocked.CompareExchange(ref _state, Wanted, Resting) == Running && Volatile.Read(ref _place) is { Gone: true } && TryHold(Running))
        {
            Release(Wanted);
        }
    }

    /// <summary>Called before the event is sent, for the acknowledgement may be quicker than the writer.</summary>
    /// <param name="acceptedAt">Unix milliseconds.</param>
    public void Sending(Subscription place, long seq, long acceptedAt, bool live)
    {
        if (Volatile.Read(ref _state) != Wanted || !TryHold(Wanted))
        {
            return;
        }

        (_seq, _acceptedAt, _live) = (seq, acceptedAt, live);
        Volatile.Write(ref _place, place);
        Volatile.Write(ref _state, Running);
    }

    /// <summary>Everything up to <paramref name="seq"/> was acknowledged.</summary>
    /// <returns>When the followed event, if it is among that, had been accepted, and whether it was sent live.</returns>
    public (long AcceptedAt, bool Live)? Acknowledged(Subscription place, long seq)
    {
        if (Volatile.Read(ref _state) != Running || !ReferenceEquals(Volatile.Read(ref _place), place) || seq < Volatile.Read(ref _seq) || !TryHold(Running))
        {
            return null;
        }

        // Held by nobody else: what was looked at before may have been another event's.
        var followed = ReferenceEquals(_place, place) && seq >= _seq;
        (long, bool)? result = followed ? (_acceptedAt, _live) : null;
        if (followed)
        {
            Release(Resting);
        }
        else
        {
            Volatile.Write(ref _state, Running);
        }

        return result;
    }

    private bool TryHold(int from) => Interlocked.CompareExchange(ref _state, Held, from) == from;

    private void Release(int to)
    {
        _place = null;
        Volatile.Write(ref _state, to);
    }
}
