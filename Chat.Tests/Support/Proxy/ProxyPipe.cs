using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Chat.Tests.Support.Proxy;

/// <summary>What to do with the bytes that were just read.</summary>
internal enum Passage
{
    Forward,
    Discard,

    /// <summary>The connection was cut meanwhile: nothing goes on.</summary>
    End,
}

/// <summary>Carries one direction of one connection: a reader stamps chunks with the time when they are due, a writer sends them then.</summary>
internal sealed class ProxyPipe(Socket from, Socket to, ProxyDirection direction, Func<Memory<byte>, Passage> inspect)
{
    private const int ChunkBytes = 16 * 1024;
    private const int MostQueuedBytes = 1024 * 1024;
    private readonly Channel<(byte[] Bytes, long Due)> _queue = Channel.CreateUnbounded<(byte[], long)>();
    private readonly SemaphoreSlim _room = new(0);
    private long _queuedBytes;
    private long _carried;

    /// <summary>Bytes were thrown away, so the stream has a hole.</summary>
    public bool IsLossy { get; private set; }

    /// <summary>Ends when the sender closed its side and everything was passed on; throws when a socket failed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        // A writer that failed must not wait for a reader that hears nothing, nor leave it behind.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] both = [ReadAsync(ended.Token), WriteAsync(ended.Token)];
        try
        {
            await await Task.WhenAny(both);
            await Task.WhenAll(both);
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        try
        {
            var buffer = new byte[ChunkBytes];
            var lastDue = 0L;
            while (true)
            {
                await direction.Opening.WaitAsync(stop);
                await WaitForRoomAsync(stop);
                var count = await from.ReceiveAsync(buffer, stop);
                await direction.Opening.WaitAsync(stop); // Stopped while the read was under way: hold back what it brought.
                if (count == 0)
                {
                    return;
                }

                var passage = inspect(buffer.AsMemory(0, count));
                if (passage == Passage.End)
                {
                    return;
                }

                if (passage == Passage.Discard || direction.BlackHole)
                {
                    IsLossy = true;
                    continue;
                }

                // Jitter must not let a chunk overtake the one before it: this is one stream.
                lastDue = Math.Max(lastDue, Stopwatch.GetTimestamp() + (long)(direction.NextDelay().TotalSeconds * Stopwatch.Frequency));
                Interlocked.Add(ref _queuedBytes, count);
                _queue.Writer.TryWrite((buffer[..count], lastDue));
            }
        }
        finally
        {
            _queue.Writer.TryComplete();
        }
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        await foreach (var (bytes, due) in _queue.Reader.ReadAllAsync(stop))
        {
            // Timers may be a millisecond early.
            while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, stop);
            }

            direction.Corrupt?.Invoke(bytes);
            await SendAsync(bytes, stop);
            Interlocked.Add(ref _queuedBytes, -bytes.Length);
            _room.Release();
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        while (bytes.Length > 0)
        {
            // With a limited rate a twentieth of a second's worth at a time, so that a change is felt soon.
            var rate = direction.BytesPerSecond;
            var count = rate is { } limit ? Math.Clamp(limit / 20, 1, bytes.Length) : bytes.Length;
            if (direction.CutAfterBytes is { } most)
            {
                count = (int)Math.Min(count, most - _carried);
                if (count <= 0)
                {
                    throw new ProxyCutException();
                }

                _carried += count;
            }

            for (var rest = bytes[..count]; rest.Length > 0;)
            {
                rest = rest[await to.SendAsync(rest, stop)..];
            }

            direction.Count(count);
            bytes = bytes[count..];
            if (rate is { } perSecond)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)count / perSecond), stop);
            }
        }
    }

    // Reading far ahead of a slow writer would hide the slowness from the sender.
    private async Task WaitForRoomAsync(CancellationToken stop)
    {
        while (Interlocked.Read(ref _queuedBytes) is var queued && queued > 0 && queued >= (direction.BytesPerSecond ?? MostQueuedBytes))
        {
            await _room.WaitAsync(stop);
        }
    }
}

/// <summary>The proxy's own decision to reset a connection.</summary>
internal sealed class ProxyCutException : Exception;
