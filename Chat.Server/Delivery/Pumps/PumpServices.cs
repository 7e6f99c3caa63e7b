using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Cursors;
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

    public StorageBreaker Breaker => breaker;

    public DeliveryMeter Meter => meter;

    public DeliveryFacts Facts => facts;

    public DeliveryOptions Options { get; } = options.Value;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    /// <summary>Paces what connections read at once, so that a storm of reconnects does not become a storm on the database.</summary>
    public SemaphoreSlim Readers { get; } = new(options.Value.Readers);

    public void Dispose() => Readers.Dispose();
}
