using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Backplane;
using Chat.Server.Delivery;
using Chat.Server.Storage;
using Chat.Server.Storage.Blocks;
using Microsoft.Extensions.Options;

namespace Chat.Server.Sessions;

/// <summary>
/// Learns whom operators have shut out: asks the database every two seconds, whatever the bus says, and at once when the bus rings.
/// Then ends the connections of those users here.
/// </summary>
internal sealed partial class BlockWatch(
    BlockStore store,
    BlockedUsers blocked,
    DeliveryService delivery,
    IBackplane bus,
    StorageBreaker breaker,
    IOptions<SessionsOptions> options,
    TimeProvider time,
    ILogger<BlockWatch> logger) : BackgroundService
{
    public const string Channel = "blocks";

    /// <summary>Other processes' clocks made the times, and their transactions may end later than they began.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly SemaphoreSlim _hurry = new(0, 1);
    private long _seen;

    /// <summary>Asks the database once and acts on what it says.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            foreach (var block in await store.ChangedSinceAsync(Math.Max(0, _seen - (long)Overlap.TotalMilliseconds), cancellation))
            {
                _seen = Math.Max(_seen, block.ChangedAt);
                Apply(block.UserId, block.EndsAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends a connection that was let in while its user was being shut out.</summary>
    public bool TurnsAway(string user)
    {
        if (!blocked.Contains(user))
        {
            return false;
        }

        delivery.CloseUser(user, new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.Disconnected, Retry = false });
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var ringing = bus.Subscribe(Channel, (_, _) => Hurry());
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await breaker.WaitUntilClosedAsync(stop);
                await LookAsync(stop);
                await _hurry.WaitAsync(options.Value.BlockPollInterval, stop);
            }
            catch (StorageUnavailableException)
            {
                // What is known holds; the rest is learned when storage is back.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.LookFault(logger, e);
                await Task.Delay(options.Value.BlockPollInterval, time, stop);
            }
        }
    }

    private void Apply(string user, DateTimeOffset? end)
    {
        if (end <= time.GetUtcNow())
        {
            blocked.Remove(user);
            return;
        }

        blocked.Add(user, end);
        TurnsAway(user);
    }

    private void Hurry()
    {
        lock (_hurry)
        {
            if (_hurry.CurrentCount == 0)
            {
                _hurry.Release();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1325, LogLevel.Error, "Whom operators have shut out could not be learned; trying again", EventName = "BlockLookFault")]
        public static partial void LookFault(ILogger logger, Exception exception);
    }
}
