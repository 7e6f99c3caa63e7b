using System.Diagnostics;
using Chat.Server.Workers.Control;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Runtime;

/// <summary>A worker's side of being supervised. Registered before all other services, so that it reports while they still start.</summary>
internal sealed partial class WorkerRuntime(
    ControlClient control,
    Heart heart,
    DrainRun drain,
    WorkerRelay relay,
    FleetView fleet,
    Answers answers,
    RuntimeSettings settings,
    IHostApplicationLifetime lifetime,
    IOptions<WorkersOptions> options,
    ILogger<WorkerRuntime> logger) : IHostedLifecycleService
{
    // An orphan must be gone 2 s after its supervisor; half a second is left to the kernel.
    private static readonly TimeSpan OrphanTime = TimeSpan.FromSeconds(1.5);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        LookingIn.AllowSupervisor();
        drain.Began += reason => control.Send(new Draining(reason));
        control.Start(OnMessage, OnRelay, OnSupervisorGone);
        heart.Start((vitals, parts) => control.TrySend(ControlFrame.Of(new Beat(vitals, parts))));
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        control.Send(new Ready());
        return Task.CompletedTask;
    }

    /// <summary>For stops that came another way than by signal or command: they drain, too.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => drain.RunAsync(options.Value.DrainWindow, "stopping");

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void OnMessage(ControlMessage message)
    {
        switch (message)
        {
            case Drain order:
                _ = DrainThenStopAsync(order.Window, order.Reason);
                break;
            case Set change:
                settings.Change(change.Key, change.Value);
                break;
            case Ask question:
                _ = Task.Run(() => AnswerAsync(question));
                break;
            case Fleet told:
                fleet.Told(told.Snapshot);
                break;
        }
    }

    private void OnRelay(ReadOnlyMemory<byte> payload)
    {
        try
        {
            relay.Deliver(payload);
        }
        catch (Exception error)
        {
            // This thread also hears of the supervisor's end; a bad payload must not take it down.
            Log.RelayFailed(logger, error);
        }
    }

    private async Task AnswerAsync(Ask question)
    {
        var answer = await answers.AnswerAsync(question.Name, question.Body, lifetime.ApplicationStopping);
        control.Send(new Answer(question.Number, answer.Body, answer.Problem));
    }

    private async Task DrainThenStopAsync(TimeSpan window, string reason)
    {
        try
        {
            await drain.RunAsync(window, reason);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    private void OnSupervisorGone()
    {
        Log.Orphaned(logger, OrphanTime.TotalSeconds);
        _ = DrainThenStopAsync(TimeSpan.Zero, "supervisor gone");

        // On this thread and by force: two generations on one port would share its connections, however stuck this process is.
        if (!lifetime.ApplicationStopped.WaitHandle.WaitOne(OrphanTime))
        {
            Process.GetCurrentProcess().Kill();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3011, LogLevel.Critical, "The supervisor is gone; this worker leaves within {Seconds} s.")]
        public static partial void Orphaned(ILogger logger, double seconds);

        [LoggerMessage(3012, LogLevel.Error, "A relayed payload could not be handled.")]
        public static partial void RelayFailed(ILogger logger, Exception error);
    }
}
