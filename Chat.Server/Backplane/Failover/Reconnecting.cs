namespace Chat.Server.Backplane.Failover;

/// <summary>
/// When to throw the client away and make a new one. It reconnects by itself from what it notices; this is for what it
/// does not notice, and for the first connection. Pauses double, for making clients is dear when Redis stays away.
/// </summary>
internal sealed class Reconnecting(TimeSpan first, TimeSpan most)
{
    private TimeSpan? _lostSince;
    private TimeSpan _pause = TimeSpan.Zero;
    private bool _started;

    public bool Due(bool lost, TimeSpan now)
    {
        if (!lost)
        {
            _lostSince = null;
            _pause = first;
            return false;
        }

        _lostSince ??= now;
        if (_started && now - _lostSince < _pause)
        {
            return false;
        }

        _started = true;
        _lostSince = now;
        _pause = _pause == TimeSpan.Zero ? first : _pause * 2 < most ? _pause * 2 : most > first ? most : first;
        return true;
    }
}
