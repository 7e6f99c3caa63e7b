namespace Chat.Server.Delivery;

/// <summary>
/// Tells for how long the oldest event has been owed to one connection, without noting a time for each: it marks what is owed at one moment,
/// and when so much has been acknowledged since, all of that is through and the mark is set anew.
/// </summary>
internal sealed class OwedClock
{
    private long _markedAt;
    private long _throughAt;
    private bool _marked;

    public long Pending { get; private set; }

    public void Look(long written, long pending, long acknowledged, TimeProvider time)
    {
        Pending = pending;
        if (_marked && acknowledged < _throughAt)
        {
            return;
        }

        _marked = true;
        _markedAt = time.GetTimestamp();
        _throughAt = acknowledged + written + pending;
    }

    public TimeSpan Age(TimeProvider time) => _marked ? time.GetElapsedTime(_markedAt) : TimeSpan.Zero;
}
