using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.DeadLetters;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Reading;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Pumps;

/// <summary>What every pump uses; one for all, so that a connection costs little.</summary>
internal sealed class PumpServices(
    FeedTable feeds,
    CursorStore cursors,
    CursorKeeper keeper,
    LogReader log,
    RealtimeBook realtime,
    DeadLetterStore letters,
    RoundBook rounds,
    StorageBreaker breaker,
    DeliveryMeter meter,
    DeliveryFacts facts,
    IOptions<DeliveryOptions> options,
    TimeProvider time,
    ILogger<ConnectionPump> logger) : IDisposable
{
    public FeedTable Feeds => feeds;

    public CursorStore Cursors => cursors;

    public CursorKeeper Keeper => keeper;

    public LogReader Log => log;

    public RealtimeBook Realtime => realtime;

    public DeadLetterStore Letters => letters;

    public RoundBook Rounds => rounds;

    public StorageBreaker Breaker => breaker;

    public DeliveryMeter Meter => meter;

    public DeliveryFacts Facts => facts;

    public DeliveryOptions Options { get; } = options.Value;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    /// <summary>Paces what connections read at once, so that a storm of reconnects does not become a storm on the database.</summary>
    public SemaphoreSlim Readers { get; } = new(options.Value.Readers);

    /// <summary>Reads from storage, a few connections at a time; while it is away waits for it to come back.</summary>
    public async Task<T> WhenStoredAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken closed)
    {
        while (true)
        {
            await breaker.WaitUntilClosedAsync(closed);
            await Readers.WaitAsync(closed);
            try
            {
                return await read(closed);
            }
            catch (StorageUnavailableException)
            {
                // The breaker is open now and is waited for above.
            }
            finally
            {
                Readers.Release();
            }
        }
    }

    /// <summary>Counts what a device gets only after it has expired.</summary>
    public void CountExpired(List<LogEvent> events)
    {
        if (events.Exists(static e => e.ExpiresAt is not null))
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            meter.Expired(events.Count(e => e.ExpiresAt <= now));
        }
    }

    public void Dispose() => Readers.Dispose();
}
