using Chat.Contracts;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Nodes;
using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery;

/// <summary>Once a second: acknowledgement clocks, memory of quiet feeds; and tells clients when storage or Redis goes and comes back.</summary>
internal sealed partial class DeliveryUpkeep(
    UserConnections users,
    FeedTable feeds,
    QueueWatch queue,
    StorageBreaker breaker,
    RedisNotices redis,
    DeliveryMeter meter,
    IOptions<DeliveryOptions> options,
    TimeProvider time,
    ILogger<DeliveryUpkeep> logger) : BackgroundService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        breaker.Changed += TellStorage;
        meter.Watch(queue, () => users.Users.Count, () => feeds.Count);
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        breaker.Changed -= TellStorage;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                Step();
            }
            catch (Exception e)
            {
                Log.UpkeepFault(logger, e);
            }
        }
    }

    internal void Step()
    {
        if (redis.Look() is { } news)
        {
            Tell(news);
        }

        foreach (var pump in users.All)
        {
            pump.CheckAcks();
        }

        queue.Step();
        var untouchedSince = time.GetTimestamp() - (long)(options.Value.RecentFor.TotalSeconds * time.TimestampFrequency);
        foreach (var feed in feeds.All)
        {
            feed.Trim(untouchedSince);
        }
    }

    /// <summary>Clients hold their retries while storage is away and send at once when it is back.</summary>
    private void TellStorage(bool available) => Tell(StorageNotice(available));

    private void Tell(Notice news)
    {
        var notice = Frames.Notice(news);
        foreach (var pump in users.All)
        {
            pump.TrySendNotice(notice);
        }
    }

    internal static Notice StorageNotice(bool available) =>
        new() { Kind = available ? NoticeKinds.Restored : NoticeKinds.Degraded, Dependency = "storage" };

    private static partial class Log
    {
        [LoggerMessage(1231, LogLevel.Error, "Upkeep of connections failed; trying again in a second", EventName = "UpkeepFault")]
        public static partial void UpkeepFault(ILogger logger, Exception exception);
    }
}
