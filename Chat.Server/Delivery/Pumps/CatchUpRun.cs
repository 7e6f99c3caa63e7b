namespace Chat.Server.Delivery.Pumps;

/// <summary>What a run of a pump's loop replays, from its beginning until the connection is live everywhere or gone.</summary>
internal sealed class CatchUpRun(DeliveryMeter meter, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private int _events;
    private bool _truncated;

    /// <summary>Events were written that had waited in the log.</summary>
    public void Sent(int events) => _events += events;

    /// <summary>The log does not hold all that the device has not got, and it was told so.</summary>
    public void Truncated() => _truncated = true;

    /// <summary>Counts it, unless there was nothing to replay.</summary>
    /// <param name="cutOff">The connection went before it had everything.</param>
    public void End(bool cutOff)
    {
        if (_events > 0 || _truncated)
        {
            meter.CaughtUp(_events, time.GetElapsedTime(_began), cutOff ? ReplayResult.Interrupted : _truncated ? ReplayResult.Truncated : ReplayResult.Complete);
        }
    }
}

/// <summary>How a replay came to its end.</summary>
internal enum ReplayResult
{
    /// <summary>The device has everything.</summary>
    Complete,

    /// <summary>It has everything that the log still holds.</summary>
    Truncated,

    /// <summary>The connection ended before; the next one goes on.</summary>
    Interrupted,
}
