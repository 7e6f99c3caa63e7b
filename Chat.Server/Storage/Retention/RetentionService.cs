using System.Diagnostics.Metrics;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;
using Microsoft.Extensions.Options;

namespace Chat.Server.Storage.Retention;

/// <summary>Looks through the logs now and then and has removed what is over. Does nothing where nothing has a limit.</summary>
internal sealed partial class RetentionService(
    LogCutter cutter,
    StorageBreaker breaker,
    IOptions<RetentionOptions> options,
    IMeterFactory meters,
    TimeProvider time,
    ILogger<RetentionService> logger,
    ITopicRetention? topics = null) : BackgroundService
{
    private static readonly RetentionLimit Unlimited = new(null, null, KeepsLast: false);

    private readonly Counter<long> _removed = meters.Create(WriterMeter.Name).CreateCounter<long>(
        "chat.message.removed", "{message}", "Events removed because retention says so.");

    private readonly RetentionLimit _conversations = new(options.Value.MaxAge, options.Value.MaxEvents, KeepsLast: false);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        if (_conversations.IsNone && topics?.HasLimits != true)
        {
            return;
        }

        // Spread over the interval, so that processes that started together do not all ask at once.
        await Task.Delay(options.Value.Interval * Random.Shared.NextDouble(), time, stop);
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            try
            {
                await breaker.WaitUntilClosedAsync(stop);
                await StepAsync(stop);
            }
            catch (StorageUnavailableException)
            {
                // Nothing is lost by being late.
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                Log.RetentionFault(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    /// <summary>Goes once through all logs that have a limit. How many events were removed.</summary>
    internal async Task<long> StepAsync(CancellationToken stop)
    {
        var kinds = (Topics: topics?.HasLimits == true, Others: !_conversations.IsNone);
        var removed = 0L;
        var after = "";
        while (true)
        {
            var page = await cutter.NextAsync(after, kinds, stop);
            foreach (var log in page)
            {
                removed += await CutAsync(log, stop);
            }

            if (page.Count < LogCutter.PageSize)
            {
                return removed;
            }

            after = page[^1].Conversation;
        }
    }

    private async Task<long> CutAsync(LogStart log, CancellationToken stop)
    {
        var limit = log.Kind == ConversationKind.Topic ? topics?.Of(log.Conversation) ?? Unlimited : _conversations;
        var now = time.GetUtcNow();
        if (log.First > Math.Max(limit.ThroughByCount(log.Head), log.FirstAt < limit.Cutoff(now) ? limit.Most(log.Head) : 0))
        {
            return 0;
        }

        var all = 0L;
        while (await cutter.CutAsync(log, limit, now, stop) is > 0 and var removed)
        {
            all += removed;
            log = log with { First = log.First + removed };
        }

        _removed.Add(all);
        return all;
    }

    private static partial class Log
    {
        [LoggerMessage(1032, LogLevel.Error, "Logs could not be cut as retention says; trying again later", EventName = "RetentionFault")]
        public static partial void RetentionFault(ILogger logger, Exception exception);
    }
}
