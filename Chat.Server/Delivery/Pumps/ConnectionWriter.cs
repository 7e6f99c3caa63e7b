using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// Writes to one connection without waiting for it. Writes that the socket did not take at once are counted; their order is kept by
/// SignalR's own write lock.
/// </summary>
internal sealed class ConnectionWriter(HubConnectionContext connection, int maxPending, Action written)
{
    private int _pending;

    /// <summary>Writes that the socket has not taken.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>False: the socket is behind, write no more for now.</summary>
    public bool HasRoom => Volatile.Read(ref _pending) < maxPending;

    public void Post(SerializedHubMessage frame)
    {
        var write = connection.WriteAsync(frame);
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
}
