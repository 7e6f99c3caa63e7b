using Chat.Server.Workers.Ports;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Listening;

/// <summary>
/// How many connections this process takes. Without a bound of its own it would meet that of the system, where nothing can be accepted, opened or logged
/// any more, and newcomers are not refused but wait in the kernel's queue for an answer that never comes.
/// </summary>
internal sealed partial class ConnectionBudget(IOptions<WorkersOptions> options, ILogger<ConnectionBudget> logger)
{
    // The assemblies of a worker are 350 open files; its connections to the database and to Redis, its log and its spool come on top.
    private const long Reserve = 512;
    private const long Fewest = 64;

    private readonly long _most = options.Value.MaxConnections ?? MostOf(FileDescriptors.Limit);
    private long _open;
    private int _isFull;

    /// <summary>Newcomers to the hub are sent away before the last connections are gone, so that requests can still be answered.</summary>
    public bool HasRoomForHub
    {
        get
        {
            if (Volatile.Read(ref _open) <= _most - (_most / 16))
            {
                return true;
            }

            SayFull();
            return false;
        }
    }

    /// <summary>By the limit of the system on open files.</summary>
    internal static long MostOf(long descriptors) => Math.Max(Fewest, descriptors - Reserve);

    /// <summary>Holds a place of the budget for as long as the connection lasts; beyond the budget it is closed at once.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > _most)
            {
                SayFull();
                connection.Abort();
                return;
            }

            await next(connection);
        }
        finally
        {
            if (Interlocked.Decrement(ref _open) < _most / 4 * 3 && Interlocked.Exchange(ref _isFull, 0) == 1)
            {
                Log.HasRoomAgain(logger);
            }
        }
    }

    private void SayFull()
    {
        if (Interlocked.Exchange(ref _isFull, 1) == 0)
        {
            Log.Full(logger, _most);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3070, LogLevel.Warning, "Nearly {Most} connections, which is all that this process may have: newcomers are refused until others have gone (Workers:MaxConnections, or the limit on open files)", EventName = "ConnectionsFull")]
        public static partial void Full(ILogger logger, long most);

        [LoggerMessage(3071, LogLevel.Information, "There is room for connections again", EventName = "ConnectionsHaveRoom")]
        public static partial void HasRoomAgain(ILogger logger);
    }
}
