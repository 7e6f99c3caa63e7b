using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Supervision;

/// <summary>
/// The place of one child: it stays while the processes in it come and go. All facts are behind one lock, which is never held across a
/// wait; the loop alone starts processes, so that there are never two in one place.
/// </summary>
internal sealed class ChildSlot
{
    private readonly Lock _lock = new();
    private readonly SlotContext _context;
    private readonly ChildProcess _child;
    private readonly RestartPolicy _policy;
    private readonly ChildRecord _record;
    private readonly LineRing _lines;
    private readonly ReadyWaiters _waiters = new();
    private readonly SlotOrders _orders = new();
    private ChildRun? _run;

    public ChildSlot(ChildProcess child, SlotContext context)
    {
        _child = child;
        _context = context;
        var options = context.Options;
        _policy = new(options.BackOffFirst, options.BackOffMost, options.QuietTime);
        _record = new(child.Id, context.Time, context.Tell);
        _lines = new(context.Options.LogLines);
        Completion = RunAsync();
    }

    public string Id => _child.Id;

    /// <summary>Ends when the slot was closed and its process is gone.</summary>
    public Task Completion { get; }

    public IReadOnlyList<LogLine> Lines => _lines.ToList();

    public WorkerLink? Link
    {
        get
        {
            lock (_lock)
            {
                return _run?.Link;
            }
        }
    }

    public WorkerSnapshot Describe()
    {
        lock (_lock)
        {
            return _record.Describe(_run, _orders.Wanted);
        }
    }

    public CommandOutcome Start()
    {
        lock (_lock)
        {
            if (_orders.Closed || (_orders.ShouldRun && _record.State is not WorkerState.BackingOff))
            {
                return CommandOutcome.Already;
            }

            _orders.Want(true);
            return CommandOutcome.Accepted;
        }
    }

    /// <summary>Sends the process away; it comes back or stays down until it is started again.</summary>
    public CommandOutcome Leave(TimeSpan window, string reason, bool comeBack)
    {
        lock (_lock)
        {
            comeBack &= !_orders.Closed;
            var already = _orders.Wanted == comeBack && (_run?.Requested ?? !comeBack);
            if (_run is { } run)
            {
                if (!run.Requested)
                {
                    _record.Move(WorkerState.Draining, reason);
                }

                run.SendAway(window, _context.Options.DrainGrace, reason, () => Kill(KilledFor.DrainOverrun, run));
            }
            else if (!comeBack && _record.State is not WorkerState.Stopped)
            {
                _record.Move(WorkerState.Stopped, reason);
            }

            _orders.Want(comeBack);
            return already ? CommandOutcome.Already : CommandOutcome.Accepted;
        }
    }

    public void Kill(KilledFor reason, ChildRun? only = null)
    {
        lock (_lock)
        {
            if (_run is { } run && (only ?? run) == run)
            {
                run.Kill(reason);
            }
        }
    }

    /// <summary>For good: the loop ends with the process.</summary>
    public Task CloseAsync(TimeSpan window, string reason)
    {
        lock (_lock)
        {
            _orders.Close();
            _waiters.Abandon();
        }

        Leave(window, reason, comeBack: false);
        return Completion;
    }

    /// <summary>True when the next process that starts here becomes ready, false when it ends before that.</summary>
    public Task<bool> NextReadyAsync()
    {
        lock (_lock)
        {
            return _orders.Closed ? Task.FromResult(false) : _waiters.Add(_record.Generation);
        }
    }

    public bool Attach(Hello hello, WorkerLink link)
    {
        lock (_lock)
        {
            return _run?.TryAttach(hello.Key, link) is true;
        }
    }

    public void OnMessage(WorkerLink link, ControlMessage message)
    {
        // Before the lock, since it reads files.
        var oom = message is Beat && _run is { } beating ? OomEvidence.Of(beating.Pid) : null;
        lock (_lock)
        {
            if (_run is not { } run || run.Link != link)
            {
                return;
            }

            if (message is Beat beat)
            {
                run.Took(beat, oom);
            }

            _record.Heard(message);
            if (message is Ready)
            {
                ReadyLocked(run);
            }
        }
    }

    /// <summary>Looks for the heartbeat. <paramref name="forgive"/>: it was the supervisor that slept, so nobody is late.</summary>
    public void Watch(bool forgive)
    {
        lock (_lock)
        {
            if (_run?.Watch(_context.Options, forgive) is HeartbeatVerdict.Unresponsive && _record.State is WorkerState.Healthy)
            {
                _record.Move(WorkerState.Unresponsive, $"no heartbeat for {_run.Silent?.TotalSeconds:F0} s");
            }
        }
    }

    private async Task RunAsync()
    {
        while (await WantedAsync())
        {
            var run = Launch(out var problem);
            if (run is not null || problem is not null)
            {
                await AfterAsync(run, run is null ? -1 : await run.Exited, problem);
            }
        }
    }

    private async Task<bool> WantedAsync()
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_orders.ShouldRun || _orders.Closed)
                {
                    return !_orders.Closed;
                }

                changed = _orders.Changed;
            }

            await changed;
        }
    }

    /// <summary>Null with a problem when it could not be started, null without one when it is no longer wanted.</summary>
    private ChildRun? Launch(out string? problem)
    {
        problem = null;
        lock (_lock)
        {
            // Asked again under the lock: an order to leave that came since the loop looked had no process to send away.
            if (!_orders.ShouldRun)
            {
                return null;
            }

            var generation = _record.NextStart();
            var key = Guid.NewGuid().ToString("N");
            try
            {
                var process = _context.Launcher.Launch(_child, _context.Environment(_child, key, _record.IsMissed), OnLine);
                _run = new(generation, key, _child.Kind, process, _context.Time);
                if (_child.Kind is ChildKind.Companion)
                {
                    ReadyLocked(_run);
                }
            }
            catch (LaunchFailedException error)
            {
                problem = error.Message;
            }

            return _run;
        }
    }

    /// <summary>Settles the end and waits as long as the policy says; a command ends the waiting.</summary>
    private async Task AfterAsync(ChildRun? run, int code, string? problem)
    {
        RestartDecision decision;
        Task changed;
        lock (_lock)
        {
            var now = _context.Time.GetUtcNow();
            var exit = run is null ? new(code, null, ExitReason.RefusedToStart, problem ?? "", now) : ExitJudge.Judge(run.End(code, _lines.Since(_record.StartedAt)), now);
            _run = null;
            decision = _policy.Decide(new(exit.Reason, exit.Code, _orders.Wanted, _record.Streak, run?.Served ?? TimeSpan.Zero));
            _orders.GivenUp = decision is RestartDecision.GiveUp;
            _record.Ended(exit, decision);
            _waiters.Settle(_record.Generation, ready: false);
            changed = _orders.Changed;
        }

        if (decision is RestartDecision.StartAgain { Delay: var delay } && delay > TimeSpan.Zero)
        {
            using var over = new CancellationTokenSource();
            await Task.WhenAny(Task.Delay(delay, _context.Time, over.Token), changed);
            await over.CancelAsync();
        }
    }

    private void ReadyLocked(ChildRun run)
    {
        run.BecameReady();
        if (!run.Requested)
        {
            _record.Move(WorkerState.Healthy, "ready");
        }

        _waiters.Settle(run.Generation, ready: true);
    }

    private void OnLine(LogLine line)
    {
        _lines.Add(line);
        _context.Forward(_child.Id, line);
    }
}
