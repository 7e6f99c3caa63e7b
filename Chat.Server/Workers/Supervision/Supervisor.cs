using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Supervision;

/// <summary>The node's life: starts the crew when the management port is up, watches it, and sends it away before that port closes.</summary>
internal sealed partial class Supervisor(
    Crew crew,
    EventBoard board,
    ControlServer control,
    ProcessPlan plan,
    ExitStatus exit,
    IHostApplicationLifetime lifetime,
    IOptions<WorkersOptions> options,
    TimeProvider time,
    ILogger<Supervisor> logger) : IHostedLifecycleService, IDisposable
{
    private readonly WorkersOptions _options = options.Value;
    private Task _booting = Task.CompletedTask;
    private Task _telling = Task.CompletedTask;
    private ITimer? _watch;
    private long _lastWatch;
    private long _lastFleet;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (plan.Remark is { } remark)
        {
            Log.Remark(logger, remark);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Log.Started(logger, plan.Workers, string.Join(", ", plan.Public), plan.Management);
        _telling = board.RunAsync();
        board.Happened += _ => crew.TellFleet();
        control.Start(crew.ServeAsync);
        _lastWatch = _lastFleet = time.GetTimestamp();
        _watch = time.CreateTimer(_ => Watch(), null, _options.HeartbeatInterval / 2, _options.HeartbeatInterval / 2);
        _booting = BootAsync();
        return Task.CompletedTask;
    }

    /// <summary>Before the management port closes, so that one can watch the node leave.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Log.Stopping(logger, _options.DrainWindow.TotalSeconds);
        await Task.WhenAll(crew.Workers.Concat(crew.Companions).Select(slot => slot.CloseAsync(_options.DrainWindow, "the server stops")));
        await _booting;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        board.Complete();
        await _telling;
        await control.DisposeAsync();
        Log.Stopped(logger);
    }

    public void Dispose() => _watch?.Dispose();

    /// <summary>
    /// One goes ahead: the schema is migrated once, and a refused configuration is said once and ends the start, instead of turning in a back-off
    /// that nobody watches yet.
    /// </summary>
    private async Task BootAsync()
    {
        if (crew.Workers is [var first, ..])
        {
            var ready = first.NextReadyAsync();
            first.Start();
            if (!await ready && first.Describe().State is WorkerState.Failed)
            {
                Log.Refused(logger, first.Id);
                exit.Code = ExitCodes.Configuration;
                lifetime.StopApplication();
                return;
            }
        }

        foreach (var slot in crew.Workers.Skip(1).Concat(crew.Companions))
        {
            slot.Start();
        }
    }

    internal void Watch()
    {
        // A supervisor that was itself stopped or starved finds everybody late, and nobody is to blame.
        var overslept = time.GetElapsedTime(_lastWatch) > _options.UnresponsiveAfter - _options.HeartbeatInterval;
        _lastWatch = time.GetTimestamp();
        foreach (var slot in crew.Workers)
        {
            slot.Watch(forgive: overslept);
        }

        if (time.GetElapsedTime(_lastFleet) >= _options.HeartbeatInterval)
        {
            _lastFleet = time.GetTimestamp();
            crew.Measure();
            crew.TellFleet();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3060, LogLevel.Information, "Supervising {Count} workers on {Public}; management on {Management}.")]
        public static partial void Started(ILogger logger, int count, string @public, string management);

        [LoggerMessage(3061, LogLevel.Information, "Stopping: the workers have {Seconds} s to send their clients away.")]
        public static partial void Stopping(ILogger logger, double seconds);

        [LoggerMessage(3062, LogLevel.Information, "All processes have left.")]
        public static partial void Stopped(ILogger logger);

        [LoggerMessage(3063, LogLevel.Critical, "{Worker} refuses its configuration (its output above says why); nothing was started.")]
        public static partial void Refused(ILogger logger, string worker);

        [LoggerMessage(3064, LogLevel.Warning, "{Remark}")]
        public static partial void Remark(ILogger logger, string remark);
    }
}
