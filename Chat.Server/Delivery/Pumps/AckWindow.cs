namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// How much of what was written to a connection is unacknowledged, and since when nothing has moved. The clock starts when
/// something is owed and restarts at any progress.
/// </summary>
internal sealed class AckWindow(int size, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _room = new(0, 1);
    private int _unacknowledged;
    private long _progressAt;
    private long _acknowledgedAt;
    private long _acknowledgements;
    private long _taken;
    private volatile bool _resent;
    private volatile bool _awaited;

    public int Unacknowledged => Volatile.Read(ref _unacknowledged);

    /// <summary>When the connection was made.</summary>
    public long StartedAt { get; } = time.GetTimestamp();

    /// <summary>Events acknowledged since then.</summary>
    public long Acknowledgements => Volatile.Read(ref _acknowledgements);

    /// <summary>Events written since then; what was sent again is not counted.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>How long nothing has moved; null before anything did.</summary>
    public TimeSpan? SinceProgress => Volatile.Read(ref _progressAt) is var at and not 0 ? time.GetElapsedTime(at) : null;

    /// <summary>How long ago the last event was acknowledged; null before any was.</summary>
    public TimeSpan? SinceAcknowledged => Volatile.Read(ref _acknowledgedAt) is var at and not 0 ? time.GetElapsedTime(at) : null;

    /// <summary>Everything was sent again, and nothing has moved since.</summary>
    public bool IsResent => _resent;

    public int Free => Math.Max(0, size - Unacknowledged);

    /// <summary>Takes room for <paramref name="count"/> events; an empty window takes any number.</summary>
    public bool TryTake(int count)
    {
        var now = Interlocked.Add(ref _unacknowledged, count);
        if (now > size && now > count)
        {
            Interlocked.Add(ref _unacknowledged, -count);
            return false;
        }

        // Feeds take side by side.
        Interlocked.Add(ref _taken, count);
        if (now == count)
        {
            Progress();
        }

        return true;
    }

    /// <summary>Takes room whether there is or not: for what was read already, at most a page.</summary>
    public void Take(int count)
    {
        Interlocked.Add(ref _taken, count);
        if (Interlocked.Add(ref _unacknowledged, count) == count)
        {
            Progress();
        }
    }

    /// <summary>Gives room back without progress: what was owed is owed no more.</summary>
    public void Release(int count)
    {
        Interlocked.Add(ref _unacknowledged, -count);
        WakeIfAwaited();
    }

    /// <summary>The client acknowledged <paramref name="count"/> more.</summary>
    public void Acknowledged(int count)
    {
        _resent = false;
        Interlocked.Add(ref _acknowledgements, count);
        Progress();
        Volatile.Write(ref _acknowledgedAt, Volatile.Read(ref _progressAt));
        Release(count);
    }

    /// <summary>The client said what it failed at: it is there and at work.</summary>
    public void Answered()
    {
        _resent = false;
        Progress();
    }

    /// <summary>Something moved: the clock restarts.</summary>
    public void Progress() => Volatile.Write(ref _progressAt, time.GetTimestamp());

    public AckVerdict Judge(DeliveryOptions options)
    {
        var verdict = AckClock.Judge(Unacknowledged, time.GetElapsedTime(Volatile.Read(ref _progressAt)), _resent, options);
        _resent |= verdict == AckVerdict.Resend;
        return verdict;
    }

    /// <summary>Waits until half of the window is free (true), or for <see cref="Wake"/>.</summary>
    public async ValueTask<bool> WaitForRoomAsync()
    {
        _awaited = true;
        if (Unacknowledged > size / 2)
        {
            await _room.WaitAsync();
        }

        _awaited = false;
        return Unacknowledged <= size / 2;
    }

    /// <summary>Lets whoever waits for room look around.</summary>
    public void Wake()
    {
        lock (_room)
        {
            if (_room.CurrentCount == 0)
            {
                _room.Release();
            }
        }
    }

    public void Dispose() => _room.Dispose();

    private void WakeIfAwaited()
    {
        if (_awaited && Unacknowledged <= size / 2)
        {
            Wake();
        }
    }
}
