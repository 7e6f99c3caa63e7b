using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// Writes to one connection without waiting for it. Writes that the socket did not take at once are counted; their order is kept by
/// SignalR's own write lock.
/// </summary>
internal sealed partial class ConnectionWriter(HubConnectionContext connection, int maxPending, Action written, ILogger logger)
{
    private int _pending;
    private volatile bool _broken;

    /// <summary>Writes that the socket has not taken.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>So many may wait before the connection is no longer fed at once.</summary>
    public int Most => maxPending;

    /// <summary>False: the socket is behind, write no more for now.</summary>
    public bool HasRoom => !_broken && Volatile.Read(ref _pending) < maxPending;

    /// <summary>Never throws: who is fed next must not pay for this one.</summary>
    public void Post(SerializedHubMessage frame)
    {
        ValueTask write;
        try
        {
            write = connection.WriteAsync(frame);
        }
        catch (Exception e)
        {
            // There is a hole in what this connection got. The client reconnects and catches up.
            _broken = true;
            Log.WriteFault(logger, connection.ConnectionId, e);
            connection.Abort();
            return;
        }

        if (!write.IsCompletedSuccessfully)
        {
            Interlocked.Increment(ref _pending);
            _ = FinishAsync(write);
        }
    }

    /// <summary>Completes when the socket took it.</summary>
    public async ValueTask WriteAsync(SerializedHubMessage frame)
    {
        await connection.WriteAsync(frame);
        written();
    }

    private async Task FinishAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (Exception)
        {
            // The connection is going; what it did not get stays owed.
        }

        Interlocked.Decrement(ref _pending);
        written();
    }

    private static partial class Log
    {
        [LoggerMessage(1202, LogLevel.Error, "Connection {Connection} cannot be written to; it is closed and will catch up", EventName = "WriteFault")]
        public static partial void WriteFault(ILogger logger, string connection, Exception exception);
    }
}
