namespace Chat.Tests.Support.Proxy;

/// <summary>What happens to the bytes of one direction, on all connections of a <see cref="TcpProxy"/>; may be changed at any time.</summary>
internal sealed class ProxyDirection
{
    private volatile TaskCompletionSource _open = Opened();
    private long _bytes;

    /// <summary>Added to every chunk, without changing their order.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Up to so much is added to <see cref="Latency"/>, at random.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>Per connection; null: as fast as it goes.</summary>
    public int? BytesPerSecond { get; set; }

    /// <summary>
    /// Bytes are taken and thrown away. A connection that lost some is reset when the proxy is healed, as its stream has a hole.
    /// </summary>
    public bool BlackHole { get; set; }

    /// <summary>A connection is reset after it carried so many bytes in this direction since the limit was set.</summary>
    public long? CutAfterBytes { get; set; }

    /// <summary>Changes bytes in place before they go on.</summary>
    public Action<Memory<byte>>? Corrupt { get; set; }

    /// <summary>Nothing more is read until <see cref="Go"/>: the sender's buffers fill, then its writes stall.</summary>
    public bool IsStopped => !_open.Task.IsCompleted;

    /// <summary>Bytes passed on, over all connections.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    internal Task Opening => _open.Task;

    public void Stop()
    {
        if (!IsStopped)
        {
            _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Go() => _open.TrySetResult();

    internal void Count(int bytes) => Interlocked.Add(ref _bytes, bytes);

    internal TimeSpan NextDelay() => Latency + (Jitter * Random.Shared.NextDouble());

    internal void Reset()
    {
        Latency = Jitter = TimeSpan.Zero;
        BytesPerSecond = null;
        BlackHole = false;
        CutAfterBytes = null;
        Corrupt = null;
        Go();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
