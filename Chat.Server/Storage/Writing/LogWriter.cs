using Microsoft.Extensions.Options;

namespace Chat.Server.Storage.Writing;

/// <summary>
/// The one way into the logs of this process: group commit. While one batch commits the next gathers, so there is no timer and
/// an idle server adds no latency.
/// </summary>
internal sealed partial class LogWriter : BackgroundService
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan OverloadedRetryAfter = TimeSpan.FromSeconds(1);

    private readonly AppendQueue _queue;
    private readonly BatchCommitter _committer;
    private readonly StorageBreaker _breaker;
    private readonly HangWatch _hangs;
    private readonly WriterMeter _meter;
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<LogWriter> _logger;
    private readonly AppendRefused _unavailable;
    private volatile List<Append> _underWay = [];

    public LogWriter(
        BatchCommitter committer, StorageBreaker breaker, HangWatch hangs, WriterMeter meter, IOptions<StorageOptions> options, TimeProvider time, ILogger<LogWriter> logger)
    {
        _committer = committer;
        _breaker = breaker;
        _hangs = hangs;
        _meter = meter;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _queue = new AppendQueue(_options.QueueCapacity);
        _unavailable = new AppendRefused(AppendRefusal.StorageUnavailable, _options.RetryAfter);
        meter.Watch(() => _queue.Count);
    }

    /// <summary>
    /// Queues an append; its place in the order is taken before this returns. The answer comes through
    /// <see cref="Append.Outcome"/>, at once when the queue is full or storage is known to be away, else within <see cref="StorageOptions.AnswerWithin"/>.
    /// </summary>
    public Task<AppendOutcome> Submit(Append append)
    {
        append.EnqueuedAt = _time.GetTimestamp();
        if (append.After?.SentBack is { } along)
        {
            Refuse([append], along);
        }
        else if (!_breaker.IsClosed)
        {
            Refuse([append], _unavailable);
        }
        else if (_queue.TryAdd(append) is { } refusal)
        {
            Refuse([append], refusal == AppendRefusal.Draining ? AppendRefused.Draining : new AppendRefused(refusal, OverloadedRetryAfter));
        }

        return append.Outcome;
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        // What was taken before is still written; the host's shutdown time-out bounds how long that may take.
        _queue.Close();
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        await using (_time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval))
        {
            using var hurry = new CancellationTokenSource();
            await using var limit = stop.Register(() => hurry.CancelAfter(_options.AnswerWithin));
            await WriteAsync(hurry.Token);
        }
    }

    private async Task WriteAsync(CancellationToken hurry)
    {
        while (true)
        {
            var batch = await _queue.TakeAsync(_options.BatchSize, CancellationToken.None);
            if (batch.Count == 0)
            {
                return;
            }

            // Already told to come back: writing it now would be right too, but nobody waits for it. Or taken back.
            batch.RemoveAll(a => !a.TryBegin());
            if (!_breaker.IsClosed)
            {
                Refuse(batch, _unavailable);
                continue;
            }

            _underWay = batch;
            try
            {
                using var use = _hangs.Begin();
                await _committer.CommitAsync(batch, hurry);
            }
            catch (OperationCanceledException) when (hurry.IsCancellationRequested)
            {
                Refuse(batch, AppendRefused.Draining);
            }
            catch (Exception e)
            {
                Log.WriterFault(_logger, e);
                Refuse(batch, AppendRefused.Internal);
            }

            _underWay = [];
        }
    }

    /// <summary>A database that hangs must not make callers hang: whoever has waited too long is answered, whatever the writer is stuck in.</summary>
    internal void Sweep()
    {
        var limit = _time.GetTimestamp() - (long)(_options.AnswerWithin.TotalSeconds * _time.TimestampFrequency);
        var late = _queue.OlderThan(limit);
        var stuck = _underWay.FindAll(a => a.EnqueuedAt <= limit && !a.End.IsCompleted);
        if (stuck.Count > 0)
        {
            _breaker.ReportOutage(new TimeoutException(), stuck[0].EnqueuedAt);
        }

        Refuse(late, _unavailable);
        Refuse(stuck, _unavailable);
    }

    private void Refuse(List<Append> appends, AppendRefused refusal) => _meter.Refuse(appends, refusal);

    private static partial class Log
    {
        [LoggerMessage(1020, LogLevel.Error, "The writer met an unexpected fault; the batch was answered as failed", EventName = "WriterFault")]
        public static partial void WriterFault(ILogger logger, Exception exception);
    }
}
