using Chat.Server.Delivery.Pumps;

namespace Chat.Server.Delivery.Feeds;

/// <summary>
/// One connection's place in one conversation. Live: the feed writes to it. Else its pump reads for it, from the log, until it
/// stands where the feed stands.
/// </summary>
internal sealed class Subscription(ConversationFeed feed, ConnectionPump pump, long position)
{
    private long _position = position;
    private long _acked = position;
    private long _jumpAt;
    private long _jumpSize;
    private bool _gone;

    public ConversationFeed Feed { get; } = feed;

    public ConnectionPump Pump { get; } = pump;

    /// <summary>Last seq handed to the connection. Set before the write, for the acknowledgement may be quicker than the writer.</summary>
    public long Position
    {
        get => Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, value);
    }

    /// <summary>Last seq that the connection acknowledged; guarded by the pump.</summary>
    public long Acked
    {
        get => Volatile.Read(ref _acked);
        set => Volatile.Write(ref _acked, value);
    }

    /// <summary>Whether acknowledgements move the device's cursor: not those of a topic that is followed for as long as the connection lives.</summary>
    public bool KeepsCursor { get; set; } = true;

    /// <summary>
    /// Counts, over the whole connection, when it began to owe: of two that owe, the smaller one's oldest event was handed over earlier.
    /// Set by who hands over.
    /// </summary>
    public int OwesFrom { get; set; }

    /// <summary>Last seq that its user may see; guarded by the feed's lock.</summary>
    public long End { get; set; } = long.MaxValue;

    /// <summary>Guarded by the feed's lock.</summary>
    public bool Live { get; set; }

    /// <summary>Place in the feed's list; guarded by the feed's lock.</summary>
    public int Index { get; set; } = -1;

    /// <summary>Waits for its pump; guarded by the pump.</summary>
    public bool Queued { get; set; }

    /// <summary>Left its feed; its pump reads no more for it. Set under the feed's lock.</summary>
    public bool Gone
    {
        get => Volatile.Read(ref _gone);
        set => Volatile.Write(ref _gone, value);
    }

    /// <summary>Goes on behind events that are announced as missing. Guarded by the pump.</summary>
    public void JumpTo(long position)
    {
        if (_acked == _position)
        {
            Acked = position;
        }
        else
        {
            _jumpAt = _jumpSize == 0 ? _position : _jumpAt;
            _jumpSize += position - _position;
        }

        Position = position;
    }

    /// <summary>Takes a cumulative acknowledgement; how many events it covers that were sent. Guarded by the pump.</summary>
    public int Acknowledge(long seq)
    {
        var upTo = Math.Min(seq, Position);
        var gained = upTo - _acked;
        if (gained <= 0)
        {
            return 0;
        }

        if (_jumpSize > 0 && upTo > _jumpAt)
        {
            gained -= Math.Min(_jumpSize, gained);
            _jumpSize = 0;
        }

        Acked = upTo;
        return (int)gained;
    }
}
