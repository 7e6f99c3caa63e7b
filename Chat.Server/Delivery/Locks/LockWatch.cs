using Chat.Server.Backplane;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Locks;

/// <summary>
/// Learns which realtime conversations are locked, so that a send to them is refused also while storage cannot be asked: from the bus at once,
/// and from the database as often as the journal is read when nothing is lost.
/// </summary>
internal sealed partial class LockWatch(
    LockStore store, LockBook book, IBackplane bus, StorageBreaker breaker, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<LockWatch> logger) : BackgroundService
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly SemaphoreSlim _hurry = new(0, 1);

    /// <summary>Asks the database once.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            book.Replace(await store.ListRealtimeAsync(cancellation));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Somebody else has locked one, or opened it.</summary>
    internal void Hear(ReadOnlyMemory<byte> message)
    {
        if (LockRing.Read(message) is { } ring)
        {
            book.Note(ring.Conversation, ring.Locked);
        }

        // The look that may be under way began before this: another one follows it.
        lock (_hurry)
        {
            if (_hurry.CurrentCount == 0)
            {
                _hurry.Release();
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var ringing = bus.Subscribe(LockRing.Channel, (_, message) => Hear(message));
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await breaker.WaitUntilClosedAsync(stop);
                await LookAsync(stop);
                await _hurry.WaitAsync(options.Value.SweepInterval, stop);
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
                await Task.Delay(options.Value.SweepInterval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        _hurry.Dispose();
        base.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1233, LogLevel.Error, "Which conversations operators have locked could not be learned; trying again", EventName = "LockLookFault")]
        public static partial void LookFault(ILogger logger, Exception exception);
    }
}
