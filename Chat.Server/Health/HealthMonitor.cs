using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Chat.Server.Health;

/// <summary>
/// Checks in the background and keeps the results, so that a storm of readers never becomes a storm of checks and an
/// endpoint answers at once, whatever hangs.
/// </summary>
internal sealed partial class HealthMonitor : BackgroundService, IHealthEvidence, IHealthBook
{
    private static readonly TimeSpan InstantEvery = TimeSpan.FromSeconds(1);

    private readonly FrozenDictionary<string, Check> _checks;
    private readonly HealthLifecycle _lifecycle;
    private readonly IOptionsMonitor<HealthOptions> _changing;
    private readonly HealthOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HealthMonitor> _logger;
    private readonly Lock _whole = new();

    public HealthMonitor(
        IEnumerable<IHealthProbe> probes,
        RegisteredChecks registered,
        HealthLifecycle lifecycle,
        IOptionsMonitor<HealthOptions> options,
        TimeProvider time,
        ILogger<HealthMonitor> logger)
    {
        _changing = options;
        _options = options.CurrentValue;
        _lifecycle = lifecycle;
        _time = time;
        _logger = logger;
        History = new HealthHistory(time);

        // The last of a name counts, so that a feature may replace a check that comes with this room.
        var byName = new Dictionary<string, Check>(StringComparer.Ordinal);
        foreach (var probe in probes.Concat(registered.Probes()))
        {
            byName[probe.Name] = new Check(new ProbeRunner(new ProbeState(probe, _options, time), _options.Timeout, time, logger));
        }

        _checks = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public HealthHistory History { get; }

    public HealthReport Current
    {
        get
        {
            var entries = _checks.Values
                .Select(check => check.Runner.State.Read(out _))
                .OrderBy(entry => Rank(entry.Name))
                .ThenBy(entry => entry.Name, StringComparer.Ordinal)
                .ToArray();
            var phase = _lifecycle.Phase;
            var maintenance = _changing.CurrentValue.Maintenance;
            return new HealthReport(HealthPolicy.Overall(entries), !maintenance && HealthPolicy.Ready(phase, entries), phase, entries) { Maintenance = maintenance };
        }
    }

    public DateTimeOffset? LastChecked { get; private set; }

    public void Report(string name, bool succeeded, bool conclusive = false)
    {
        if (_checks.TryGetValue(name, out var check) && check.Runner.State.Reported(succeeded, conclusive))
        {
            Note(check);
            check.Wake.Set();
        }
    }

    /// <summary>Of each dependency that is known: whether it answers.</summary>
    internal IEnumerable<KeyValuePair<string, bool>> Dependencies()
    {
        foreach (var (name, check) in _checks)
        {
            if (HealthNames.IsDependency(name) && check.Seen)
            {
                _ = check.Runner.State.Read(out var connected);
                if (connected is { } up)
                {
                    yield return new(name, up);
                }
            }
        }
    }

    /// <summary>Is told how long each check took.</summary>
    internal Action<string, TimeSpan>? Took { get; set; }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_checks.Values.Select(check => LoopAsync(check, stoppingToken)));

    internal Task CheckAllAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_checks.Values.Select(check => StepAsync(check, cancellationToken)));

    private async Task LoopAsync(Check check, CancellationToken stoppingToken)
    {
        // What is in memory costs nothing to look at, and its history should be as fine as its states are short.
        var probe = check.Runner.State.Probe;
        var every = probe is IInstantProbe ? InstantEvery : _options.CheckEveryOf.GetValueOrDefault(probe.Name, _options.CheckEvery);
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = _time.GetTimestamp();
            await StepAsync(check, stoppingToken);
            var left = every - _time.GetElapsedTime(began);
            await check.Wake.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, stoppingToken);
        }
    }

    private async Task StepAsync(Check check, CancellationToken cancellationToken)
    {
        try
        {
            var start = _time.GetTimestamp();
            await check.Runner.RunAsync(cancellationToken);
            check.Seen = true;
            LastChecked = _time.GetUtcNow();
            if (check.Runner.State.Probe is not IInstantProbe)
            {
                Took?.Invoke(check.Runner.State.Probe.Name, _time.GetElapsedTime(start));
            }

            Note(check);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A fault of this room, not of the check; the loop must outlive it.
            Log.HealthStepFailed(_logger, check.Runner.State.Probe.Name, e);
        }
    }

    private void Note(Check check)
    {
        // One after the other, lest an older look at the whole be written down after a newer one.
        lock (_whole)
        {
            History.Add(HealthHistory.Whole, Current.Level, "");
        }

        var entry = check.Runner.State.Read(out _);
        if (History.Add(entry.Name, entry.Level, entry.Description) is { } earlier)
        {
            if (entry.Level > earlier.Level)
            {
                Log.HealthImproved(_logger, entry.Name, earlier.Level, entry.Level, entry.Description);
            }
            else
            {
                Log.HealthWorsened(_logger, entry.Name, earlier.Level, entry.Level, entry.Description);
            }
        }
    }

    private static int Rank(string name) => name switch
    {
        HealthNames.Database => 0,
        HealthNames.Redis => 1,
        HealthNames.Workers => 2,
        HealthNames.WebSocket => 3,
        HealthNames.Queue => 4,
        HealthNames.Disk => 5,
        _ => 6,
    };

    private sealed class Check(ProbeRunner runner)
    {
        public ProbeRunner Runner { get; } = runner;

        public WakeSignal Wake { get; } = new();

        public volatile bool Seen;
    }

    private static partial class Log
    {
        [LoggerMessage(3104, LogLevel.Information, "Health of {Check} went from {Before} to {Now}: {Description}", EventName = "HealthImproved")]
        public static partial void HealthImproved(ILogger logger, string check, HealthLevel before, HealthLevel now, string description);

        [LoggerMessage(3102, LogLevel.Warning, "Health of {Check} went from {Before} to {Now}: {Description}", EventName = "HealthWorsened")]
        public static partial void HealthWorsened(ILogger logger, string check, HealthLevel before, HealthLevel now, string description);

        [LoggerMessage(3103, LogLevel.Error, "A step of the health check {Check} failed", EventName = "HealthStepFailed")]
        public static partial void HealthStepFailed(ILogger logger, string check, Exception exception);
    }
}
