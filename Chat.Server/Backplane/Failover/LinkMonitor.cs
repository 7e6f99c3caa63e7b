using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Backplane.Failover;

/// <summary>Watches the link to Redis, asks <see cref="LinkPolicy"/> what to do, and does it.</summary>
internal sealed partial class LinkMonitor(
    FailoverBackplane backplane,
    IBackplaneTransport transport,
    PublishQueue queue,
    SubscriptionSync sync,
    RoundTripProbe probe,
    IDatabaseProbe database,
    IOptions<BackplaneOptions> options,
    BackplaneMetrics metrics,
    TimeProvider time,
    ILogger<LinkMonitor> logger,
    IWorkerJournal? journal = null) : BackgroundService
{
    private const int TicksPerCheck = 4;

    private readonly BackplaneOptions _options = options.Value;
    private readonly LinkTimings _timings = options.Value.Timings;
    private readonly StatusLog _statusLog = new(logger, journal, time);
    private readonly long _start = time.GetTimestamp();
    private readonly bool _configured = transport is not AbsentTransport;
    private readonly Reconnecting _reconnecting = new(options.Value.ReconnectAfter, options.Value.MaxHold);
    private LinkView _view = LinkView.AtStart(TimeSpan.Zero);
    private Debounced _databaseUp = new(true);
    private TimeSpan _lastTick;
    private int _interruptions;
    private int _ticks;
    private Restoring? _restoring;
    private Task _checking = Task.CompletedTask;
    private Task _connecting = Task.CompletedTask;

    internal LinkState State => _view.State;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nothing of the host's start may wait for this.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var loops = Task.WhenAll(queue.RunAsync(stoppingToken), sync.RunAsync(stoppingToken));
        try
        {
            using var timer = new PeriodicTimer(_options.ProbeInterval, time);
            do
            {
                TickSafely(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _restoring?.Cancel();
        }

        await loops;
        await _connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await transport.DisposeAsync();
    }

    private void TickSafely(CancellationToken stoppingToken)
    {
        try
        {
            Tick(stoppingToken);
        }
        catch (Exception e)
        {
            // Without the watch the mode would stand still for ever, so it goes on whatever went wrong.
            _statusLog.TickFailed(e);
        }
    }

    /// <summary>One look and what follows from it. Never waits, so a hanging Redis can't stop the watch over it.</summary>
    internal void Tick(CancellationToken stoppingToken)
    {
        var now = time.GetElapsedTime(_start);
        var sinceLastTick = now - _lastTick;
        _lastTick = now;
        _databaseUp = _databaseUp.See(database.IsAvailable, _options.DatabaseHold, now);

        var report = transport.Report();
        var facts = new LinkFacts(
            report.Linked && _connecting.IsCompleted,
            report.Interruptions != _interruptions,
            probe.Observe(sinceLastTick),
            report.Refusal,
            _restoring?.Progress ?? RestoreProgress.Running,
            _databaseUp.Value);
        _interruptions = report.Interruptions;

        var decision = LinkPolicy.Decide(_view, facts, _timings, now);
        _view = decision.Next;
        Act(decision, stoppingToken);
        Tell(facts);

        if (facts.Linked)
        {
            probe.Send();
        }

        // Also without a connection, for then it tells why there is none.
        if (_ticks++ % TicksPerCheck == 0 && _connecting.IsCompleted && _checking.IsCompleted)
        {
            _checking = transport.CheckAsync();
            _checking.Forget();
        }

        if (_configured && _connecting.IsCompleted && _reconnecting.Due(_view.State == LinkState.Lost && _view.HealthySince is null, now))
        {
            _connecting = ConnectAsync(stoppingToken);
        }
    }

    private void Act(LinkDecision decision, CancellationToken stoppingToken)
    {
        switch (decision)
        {
            case LinkDecision.BeginRestore:
                backplane.Route(throughRedis: true);
                _restoring?.Cancel();
                _restoring = new Restoring(backplane.RestoreAsync, _options.RestoreTimeout, time, stoppingToken);
                break;
            case LinkDecision.Doubt:
                _restoring?.Cancel();
                break;
            case LinkDecision.Lose:
                _restoring?.Cancel();
                backplane.Route(throughRedis: false);
                break;
        }
    }

    private void Tell(LinkFacts facts)
    {
        if (_restoring?.TakeFailure() is { } failure)
        {
            _statusLog.RestoreFailed(failure);
        }

        var before = backplane.Status;
        var mode = LinkPolicy.Mode(_view.Declared, _databaseUp.Value);
        var reason = _configured ? LinkPolicy.Explain(_view, facts) : null;
        var doubtful = _view is { Declared: true, State: not LinkState.Connected };
        if (before.Mode != mode || before.Reason != reason || before.Doubtful != doubtful)
        {
            var since = before.Mode == mode ? before.Since : time.GetUtcNow();
            backplane.Report(new BackplaneStatus(mode, _configured, reason, since) { Doubtful = doubtful });
        }

        _statusLog.Tell(backplane.Status);
    }

    private async Task ConnectAsync(CancellationToken stoppingToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await transport.ConnectAsync(stoppingToken);
            probe.Reset();
            _checking = Task.CompletedTask;
            sync.Attach();
            metrics.Reconnected(transport.Report().Linked);
        }
        catch (Exception)
        {
            // Tried again after a pause; why it failed is in the report, without what an exception may give away.
            metrics.Reconnected(ok: false);
        }
    }
}
