namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// What has gone over a connection, for operators. A feature of the connection; plain sums where bytes pass anyway, for a pipe has one reader
/// and one writer at a time.
/// </summary>
internal sealed class ConnectionTraffic(TimeProvider time)
{
    private long _heardAt = time.GetTimestamp();
    private long _received;
    private long _sent;
    private long _calls;

    /// <summary>Bytes that came, pings included; without what TLS and the transport put around them.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>How long nothing has come, not even a ping.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>Bytes that went out, likewise.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Calls that came, acknowledgements included.</summary>
    public long Calls => Volatile.Read(ref _calls);

    public void Receive(long bytes)
    {
        Volatile.Write(ref _received, _received + bytes);
        Volatile.Write(ref _heardAt, time.GetTimestamp());
    }

    public void Send(long bytes) => Volatile.Write(ref _sent, _sent + bytes);

    /// <summary>Several calls of one connection may run at a time.</summary>
    public void Call() => Interlocked.Increment(ref _calls);
}
