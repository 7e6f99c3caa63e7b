using Chat.Server.Alerts.Channels;
using Chat.Server.Alerts.Rules;
using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts;

/// <summary>Judges the rules after every sample of the node's numbers and says what there is to say.</summary>
internal sealed class AlertEngine : IMetricsObserver
{
    private static readonly TimeSpan PendingSavedEvery = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly LiveAlertsOptions _options;
    private readonly AlertStateFile _file;
    private readonly AlertCommitter _committer;
    private readonly ChannelSet _channels;
    private readonly TimeProvider _time;
    private readonly ReadingTraces _traces;
    private readonly RuleJudge _judge;
    private readonly NotificationPlanner _planner;
    private readonly RuleStatus[] _rules;
    private AlertState _state = new();
    private bool _loaded;
    private bool _dirty;
    private long? _steppedAt;
    private long _savedAt;

    public AlertEngine(
        LiveAlertsOptions options,
        AlertStateFile file,
        AlertCommitter committer,
        ChannelSet channels,
        TimeProvider time,
        ILogger<AlertEngine> logger,
        IEnumerable<IAlertRule>? rules = null)
    {
        _options = options;
        _file = file;
        _committer = committer;
        _channels = channels;
        _time = time;
        _traces = new ReadingTraces(time);
        _judge = new RuleJudge(time, _traces, logger);
        _planner = new NotificationPlanner(options, new NotificationWriter(options.Current));
        var given = rules?.ToArray() ?? [];
        committer.Final = FinalState;
        channels.OnTold(Enter);
        _rules = [.. (given.Length > 0 ? given : AlertRules.All).Select(r => new RuleStatus(r))];
    }

    /// <summary>After a step or an operator's act; raised on the thread that did it.</summary>
    public event Action? Changed;

    /// <summary>Since the last step; null before the first.</summary>
    public TimeSpan? SinceStep
    {
        get
        {
            lock (_gate)
            {
                return _steppedAt is { } at ? _time.GetElapsedTime(at) : null;
            }
        }
    }

    public void Sampled(MetricsView view)
    {
        lock (_gate)
        {
            LoadHoldingLock();
            var now = _time.GetUtcNow();
            var elapsed = _steppedAt is { } at ? _time.GetElapsedTime(at) : TimeSpan.Zero;
            _steppedAt = _time.GetTimestamp();
            foreach (var status in _rules)
            {
                JudgeHoldingLock(status, view);
            }

            MuteHoldingLock(now);
            if (_file.IsHeld)
            {
                TellHoldingLock(elapsed, now);
            }

            _state.Forget(now - _options.Current.KeepHistory);
            SaveHoldingLock(now);
        }

        Changed?.Invoke();
    }

    /// <summary>Reads under the lock; what comes out must be copied.</summary>
    public TResult Read<TResult>(Func<AlertState, IReadOnlyList<RuleStatus>, TResult> read)
    {
        lock (_gate)
        {
            return read(_state, _rules);
        }
    }

    /// <summary>An operator's act. False from <paramref name="act"/> means that nothing was changed.</summary>
    public bool Change(Func<AlertState, bool> act)
    {
        lock (_gate)
        {
            LoadHoldingLock();
            if (!act(_state))
            {
                return false;
            }

            var now = _time.GetUtcNow();
            _dirty = true;
            MuteHoldingLock(now);
            SaveHoldingLock(now);
        }

        Changed?.Invoke();
        return true;
    }

    public RuleSettings SettingsOf(IAlertRule rule)
    {
        lock (_gate)
        {
            return SettingsHoldingLock(rule);
        }
    }

    /// <summary>What was read of it lately; for use within <see cref="Read"/> too.</summary>
    public ReadingTrace? TraceOf(string fingerprint)
    {
        lock (_gate)
        {
            return _traces.Of(fingerprint);
        }
    }

    /// <summary>What waits in the outboxes has changed; the next step saves it.</summary>
    public void MarkDirty() => Volatile.Write(ref _dirty, true);

    private void Enter(DeliveryReport report)
    {
        lock (_gate)
        {
            _dirty |= DeliveryLedger.Enter(_state, report);
        }
    }

    private RuleSettings SettingsHoldingLock(IAlertRule rule) =>
        rule.Defaults.With(_options.Current.Rules.GetValueOrDefault(rule.Name), _state.Changes.GetValueOrDefault(rule.Name));

    private void JudgeHoldingLock(RuleStatus status, MetricsView view)
    {
        var every = status.Rule.Severity == AlertSeverity.Critical ? _options.Current.CriticalEvery : _options.Current.WarningEvery;

        // A timer that comes a hair early must not make a rule wait for another round.
        if (status.TriedAt is { } at && _time.GetElapsedTime(at) < every * 0.9)
        {
            return;
        }

        status.TriedAt = _time.GetTimestamp();
        _dirty |= _judge.Judge(status, SettingsHoldingLock(status.Rule), every, _state, view);
    }

    private void MuteHoldingLock(DateTimeOffset now)
    {
        var firing = _state.Open.Where(a => a.Phase == AlertPhase.Firing).Select(a => a.Rule).ToHashSet(StringComparer.Ordinal);
        foreach (var alert in _state.Open)
        {
            alert.SilencedBy = _state.Silences.Find(s => s.StateAt(now) == SilenceState.Active && s.Matches(alert))?.Id;
            alert.InhibitedBy = Inhibition.By(alert.Rule, firing, _state.Maintenance);
        }
    }

    private void TellHoldingLock(TimeSpan elapsed, DateTimeOffset now)
    {
        foreach (var notification in _planner.Plan(_state, elapsed, now))
        {
            // First, for a channel without room says at once what it drops.
            DeliveryLedger.Begin(_state, notification, _channels.All.Select(c => c.Name), now);
            _channels.Add(notification);
            _dirty = true;
        }
    }

    private void SaveHoldingLock(DateTimeOffset now)
    {
        // How long something has been pending must survive a restart too, but not at the price of a write a second.
        var pending = _state.Open.Exists(a => a.Phase == AlertPhase.Pending) && _time.GetElapsedTime(_savedAt) >= PendingSavedEvery;
        if (!_file.IsHeld || !(_dirty || pending))
        {
            return;
        }

        _dirty = false;
        _savedAt = _time.GetTimestamp();
        _committer.Submit(SerializeHoldingLock(now));
    }

    private byte[] SerializeHoldingLock(DateTimeOffset now)
    {
        _state.SavedAt = now;
        _state.Keep(_channels.Waiting());
        return AlertStateFile.Serialize(_state);
    }

    private byte[]? FinalState()
    {
        lock (_gate)
        {
            return _loaded && _file.IsHeld ? SerializeHoldingLock(_time.GetUtcNow()) : null;
        }
    }

    private void LoadHoldingLock()
    {
        if (_file.IsHeld && _loaded)
        {
            return;
        }

        // Without the lock another supervisor speaks for this folder; its state is taken over when it has gone.
        var holds = _file.TryHold();
        if (_loaded && !holds)
        {
            return;
        }

        _loaded = true;
        if (_file.Load() is { } saved)
        {
            _state = saved;
            _state.Resume(_time.GetUtcNow());
            if (_file.IsHeld)
            {
                DeliveryLedger.Abandon(_state, [.. _channels.All.Select(c => c.Name)], _time.GetUtcNow());
                _channels.Restore(_state.Waiting);
            }
        }
    }
}
