using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Runtime;

/// <summary>
/// Signals in a process that serves clients. The framework's own lifetime announces the stop first, upon which SignalR cuts all
/// connections at once; here draining comes first and the stop after it.
/// </summary>
internal sealed partial class DrainingLifetime(
    DrainRun drain,
    ProcessPlan plan,
    IHostApplicationLifetime lifetime,
    IOptions<WorkersOptions> options,
    ILogger<DrainingLifetime> logger) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _asked;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStop));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnStop));

        // Ctrl+C in a terminal reaches the supervisor and every worker at once; when the workers go is the supervisor's to say.
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, plan.Role is ProcessRole.Worker ? OnIgnored : OnStop));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    private static void OnIgnored(PosixSignalContext context) => context.Cancel = true;

    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _asked) == 1)
        {
            _ = DrainThenStopAsync(context.Signal.ToString());
        }
        else
        {
            // Asked twice: whoever sits at the terminal does not want to wait.
            lifetime.StopApplication();
        }
    }

    private async Task DrainThenStopAsync(string signal)
    {
        try
        {
            await drain.RunAsync(options.Value.DrainWindow, signal);
        }
        catch (Exception error)
        {
            Log.DrainFailed(logger, error);
        }

        lifetime.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(3025, LogLevel.Error, "Draining failed; stopping without it.")]
        public static partial void DrainFailed(ILogger logger, Exception error);
    }
}
