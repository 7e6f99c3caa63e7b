namespace Chat.Server.Health;

/// <summary>Runs one check with a time limit. A check that ignores the limit is not started a second time beside itself.</summary>
internal sealed partial class ProbeRunner(ProbeState state, TimeSpan timeout, TimeProvider time, ILogger logger)
{
    private Task<ProbeResult>? _hanging;
    private bool _failedBefore;

    public ProbeState State { get; } = state;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_hanging is { IsCompleted: false })
        {
            Failed(timedOut: true, timeout, exception: null);
            return;
        }

        _hanging = null;
        var start = time.GetTimestamp();
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);

        // On the pool: a check that blocks before its first await would else stop its own time limit.
        var check = Task.Run(() => State.Probe.CheckAsync(either.Token), CancellationToken.None);
        try
        {
            // A check that does not heed its token is left behind.
            var result = await check.WaitAsync(either.Token);
            State.Checked(result, timedOut: false, time.GetElapsedTime(start));
            _failedBefore = false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            var timedOut = limit.IsCancellationRequested;
            if (!check.IsCompleted)
            {
                _hanging = check;
                _ = check.ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            Failed(timedOut, time.GetElapsedTime(start), timedOut ? null : e);
        }
    }

    private void Failed(bool timedOut, TimeSpan duration, Exception? exception)
    {
        State.Checked(result: null, timedOut, duration);

        // Said once, not every few seconds of an outage.
        if (!_failedBefore && exception is not null)
        {
            Log.HealthCheckFailed(logger, State.Probe.Name, exception);
        }

        _failedBefore = true;
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Warning, "The health check {Check} failed", EventName = nameof(HealthCheckFailed))]
        public static partial void HealthCheckFailed(ILogger logger, string check, Exception exception);
    }
}
