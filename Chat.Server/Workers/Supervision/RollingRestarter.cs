using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Supervision;

/// <summary>
/// Restarts the workers one at a time. A replacement that does not become ready ends it: what took that one down
/// (a bad setting, a broken build) must not take down the others.
/// </summary>
internal sealed partial class RollingRestarter(Crew crew, TimeProvider time, IOptions<WorkersOptions> options, IHostApplicationLifetime lifetime, ILogger<RollingRestarter> logger)
{
    private readonly Lock _lock = new();

    public bool TryBegin(TimeSpan window)
    {
        lock (_lock)
        {
            if (crew.Rolling is { Running: true })
            {
                return false;
            }

            ChildSlot[] wanted = [.. crew.Workers.Where(slot => slot.Describe().Wanted)];
            crew.Rolling = new(time.GetUtcNow(), 0, wanted.Length, Running: true, Problem: null);
            _ = Task.Run(() => RunAsync(wanted, window));
            return true;
        }
    }

    private async Task RunAsync(ChildSlot[] slots, TimeSpan window)
    {
        Log.Began(logger, slots.Length);
        foreach (var slot in slots)
        {
            if (await ReplaceAsync(slot, window) is { } problem)
            {
                Log.GivenUp(logger, crew.Rolling!.Done, slots.Length, problem);
                crew.Rolling = crew.Rolling with { Running = false, Problem = problem };
                return;
            }

            crew.Rolling = crew.Rolling! with { Done = crew.Rolling.Done + 1 };
        }

        crew.Rolling = crew.Rolling! with { Running = false };
        Log.Ended(logger, slots.Length);
    }

    private async Task<string?> ReplaceAsync(ChildSlot slot, TimeSpan window)
    {
        var ready = slot.NextReadyAsync();
        slot.Leave(window, "rolling restart", comeBack: true);
        try
        {
            var limit = window + options.Value.DrainGrace + options.Value.StartTimeout;
            return await ready.WaitAsync(limit, time, lifetime.ApplicationStopping) ? null : $"{slot.Id} did not start again.";
        }
        catch (TimeoutException)
        {
            return $"{slot.Id} was not ready in time.";
        }
        catch (OperationCanceledException)
        {
            return "The server is stopping.";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3050, LogLevel.Information, "Restarting {Count} workers, one after the other.", EventName = "RollingRestartBegan")]
        public static partial void Began(ILogger logger, int count);

        [LoggerMessage(3051, LogLevel.Information, "All {Count} workers were restarted.", EventName = "RollingRestartEnded")]
        public static partial void Ended(ILogger logger, int count);

        [LoggerMessage(3052, LogLevel.Error, "The restart of all was given up after {Done} of {Count}: {Problem}")]
        public static partial void GivenUp(ILogger logger, int done, int count, string problem);
    }
}
