using System.Diagnostics.Metrics;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Storage.Retention;

/// <summary>Looks through the logs now and then, and soon after what is kept was changed, and has removed what is over. Does nothing while nothing has a limit.</summary>
internal sealed partial class RetentionService(
    LogCutter cutter,
    StorageBreaker breaker,
    LiveSection<RetentionOptions> options,
    IMeterFactory meters,
    TimeProvider time,
    ILogger<RetentionService> logger,
    ITopicRetention? topics = null) : BackgroundService
{
    private static readonly TimeSpan AfterChange = TimeSpan.FromSeconds(1);
    private static readonly RetentionLimit Unlimited = new(null, null, KeepsLast: false);

    private readonly Counter<long> _removed = meters.Create(WriterMeter.Name).CreateCounter<long>(
        "chat.message.removed", "{message}", "Events removed because retention says so.");

    private TaskCompletionSource _changed = NewSignal();

    private RetentionLimit Conversations => new(options.Current.MaxAge, options.Current.MaxEvents, KeepsLast: false);

    private Task Signal => Volatile.Read(ref _changed).Task;

    private bool IsIdle => Conversations.IsNone && topics?.HasLimits != true;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        options.Changed += OnChanged;

        // Spread over the interval, so that processes that started together do not all ask at once.
        await WaitAsync(Signal, options.Current.Interval * Random.Shared.NextDouble(), stop);
        while (true)
        {
            // Taken before looking, so that a change meanwhile is not overlooked.
            var changed = Signal;
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

            await WaitAsync(changed, options.Current.Interval, stop);
        }
    }

    public override void Dispose()
    {
        options.Changed -= OnChanged;
        base.Dispose();
    }

    /// <summary>Goes once through all logs that have a limit. How many events were removed.</summary>
    internal async Task<long> StepAsync(CancellationToken stop)
    {
        if (IsIdle)
        {
            return 0;
        }

        var kinds = (Topics: topics?.HasLimits == true, Others: !Conversations.IsNone);
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
        var limit = log.Kind == ConversationKind.Topic ? topics?.Of(log.Conversation) ?? Unlimited : Conversations;
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

    /// <summary>Until it is time again, or what is kept was changed; while nothing has a limit only the latter counts.</summary>
    private async Task WaitAsync(Task changed, TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await changed.WaitAsync(IsIdle ? Timeout.InfiniteTimeSpan : pause, time, stop);

            // All processes of the node hear of it at the same moment.
            await Task.Delay(AfterChange * Random.Shared.NextDouble(), time, stop);
        }
        catch (TimeoutException)
        {
            // It is time.
        }
    }

    private void OnChanged() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(1032, LogLevel.Error, "Logs could not be cut as retention says; trying again later", EventName = "RetentionFault")]
        public static partial void RetentionFault(ILogger logger, Exception exception);
    }
}
