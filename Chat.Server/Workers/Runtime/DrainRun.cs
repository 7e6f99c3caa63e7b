using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Runtime;

/// <summary>The process's one draining: first no newcomers, then the features' steps, all within the window. Whoever asks again waits for the same one, or shortens it.</summary>
internal sealed partial class DrainRun(
    IEnumerable<IDrainStep> steps,
    DrainState state,
    SharedPort port,
    ProcessPlan plan,
    TimeProvider time,
    ILogger<DrainRun> logger) : IDisposable
{
    // Clients are sent away over the whole window; what remains to be written and saved then needs a moment of its own.
    private static readonly TimeSpan TidyUp = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _limit = new(Timeout.InfiniteTimeSpan, time);
    private readonly long _born = time.GetTimestamp();
    private TimeSpan _deadline = TimeSpan.MaxValue;
    private Task? _run;

    public event Action<string>? Began;

    public Task RunAsync(TimeSpan window, string reason)
    {
        lock (_lock)
        {
            var deadline = time.GetElapsedTime(_born) + window;
            if (deadline < _deadline)
            {
                _deadline = deadline;
                _limit.CancelAfter(window + TidyUp);
            }

            return _run ??= Task.Run(() => DrainAsync(window, reason));
        }
    }

    public void Dispose() => _limit.Dispose();

    private async Task DrainAsync(TimeSpan window, string reason)
    {
        var began = time.GetTimestamp();
        var context = new DrainContext(window, time.GetUtcNow() + window, reason, Others: plan.Workers > 1);
        Log.Began(logger, reason, window.TotalSeconds);

        // The listener goes before anything else says "draining": a client that is told to reconnect must not come back to us.
        port.StopAccepting();
        await state.BeginAsync(context.Deadline);
        Began?.Invoke(reason);

        foreach (var step in steps)
        {
            try
            {
                await step.DrainAsync(context, _limit.Token);
            }
            catch (OperationCanceledException) when (_limit.IsCancellationRequested)
            {
                Log.OutOfTime(logger, step.GetType().Name);
            }
            catch (Exception error)
            {
                // The next step may still save something.
                Log.StepFailed(logger, step.GetType().Name, error);
            }
        }

        Log.Ended(logger, time.GetElapsedTime(began).TotalSeconds);
    }

    private static partial class Log
    {
        [LoggerMessage(3020, LogLevel.Information, "Draining ({Reason}): no new connections; clients are sent away within {Seconds} s.")]
        public static partial void Began(ILogger logger, string reason, double seconds);

        [LoggerMessage(3021, LogLevel.Information, "Drained in {Seconds:F1} s.")]
        public static partial void Ended(ILogger logger, double seconds);

        [LoggerMessage(3022, LogLevel.Warning, "Draining ran out of time in {Step}.")]
        public static partial void OutOfTime(ILogger logger, string step);

        [LoggerMessage(3023, LogLevel.Error, "Draining: {Step} failed.")]
        public static partial void StepFailed(ILogger logger, string step, Exception error);
    }
}
