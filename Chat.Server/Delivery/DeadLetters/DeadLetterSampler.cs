using Chat.Server.Storage;
using Chat.Server.Storage.DeadLetters;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.DeadLetters;

internal static class DeadLetterSamplerSetup
{
    /// <summary>Has this process tell how many dead letters the database holds.</summary>
    public static IServiceCollection AddDeadLetterCount(this IServiceCollection services) => services.AddHostedService<DeadLetterSampler>();
}

/// <summary>Counts the dead letters of the database now and then, for the metrics. The number is the database's, so one process of a node tells it.</summary>
internal sealed partial class DeadLetterSampler(
    DeadLetterDesk desk,
    StorageBreaker breaker,
    DeliveryMeter meter,
    IOptions<DeliveryOptions> options,
    TimeProvider time,
    ILogger<DeadLetterSampler> logger) : BackgroundService
{
    private long _count = -1;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        meter.WatchDeadLetters(() => Volatile.Read(ref _count) is >= 0 and var count ? count : null);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.Value.DeadLetterCountInterval, time);
        do
        {
            try
            {
                await breaker.WaitUntilClosedAsync(stop);
                Volatile.Write(ref _count, (await desk.CountAsync(stop)).Dead);
            }
            catch (StorageUnavailableException)
            {
                // An old number is worse than none.
                Volatile.Write(ref _count, -1);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                Log.CountFault(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    private static partial class Log
    {
        [LoggerMessage(1242, LogLevel.Error, "Dead letters could not be counted; trying again", EventName = "DeadLetterCountFault")]
        public static partial void CountFault(ILogger logger, Exception exception);
    }
}
