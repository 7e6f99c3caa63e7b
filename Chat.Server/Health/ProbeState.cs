namespace Chat.Server.Health;

/// <summary>What was learned about one check; safe for use by its loop, by traffic and by readers at once.</summary>
internal sealed class ProbeState(IHealthProbe probe, HealthOptions options, TimeProvider time)
{
    private const int KeptDurations = 20;
    private const int FewestForAPercentile = 5;

    private readonly Lock _gate = new();
    private readonly Queue<TimeSpan> _durations = new(KeptDurations);
    private readonly Queue<long> _trafficFailures = new();
    private ProbeResult? _last;
    private bool _timedOut;
    private bool _reachedBefore;
    private int _failures;
    private TimeSpan _duration;
    private long? _checkedAt;

    public IHealthProbe Probe { get; } = probe;

    public void Checked(ProbeResult? result, bool timedOut, TimeSpan duration)
    {
        lock (_gate)
        {
            (_last, _timedOut, _duration, _checkedAt) = (result, timedOut, duration, time.GetTimestamp());
            if (result is null or { Connected: false, Level: HealthLevel.Unhealthy })
            {
                _failures++;
                return;
            }

            _failures = 0;
            _reachedBefore = true;
            _durations.Enqueue(duration);
            while (_durations.Count > KeptDurations)
            {
                _durations.Dequeue();
            }
        }
    }

    /// <summary>True when this report turns the verdict, so that the check is worth repeating at once.</summary>
    public bool Reported(bool succeeded, bool conclusive)
    {
        lock (_gate)
        {
            ForgetOldFailuresHoldingLock();
            var before = _trafficFailures.Count;
            if (succeeded)
            {
                _trafficFailures.Clear();
                return before >= options.TrafficFailuresBeforeDown || (conclusive && _failures > 0);
            }

            var now = time.GetTimestamp();
            do
            {
                _trafficFailures.Enqueue(now);
            }
            while (conclusive && _trafficFailures.Count < options.TrafficFailuresBeforeDown);

            // Only the newest matter; an outage under load must not fill the memory.
            while (_trafficFailures.Count > options.TrafficFailuresBeforeDown)
            {
                _trafficFailures.Dequeue();
            }

            return before < options.TrafficFailuresBeforeDown && _trafficFailures.Count >= options.TrafficFailuresBeforeDown;
        }
    }

    public HealthEntry Read(out bool? connected)
    {
        if (Probe is IInstantProbe instant)
        {
            return ReadInstant(instant, out connected);
        }

        ProbeFacts facts;
        IReadOnlyDictionary<string, object?>? data;
        lock (_gate)
        {
            ForgetOldFailuresHoldingLock();
            facts = new ProbeFacts(
                Probe.Name,
                _last,
                _timedOut,
                _failures,
                _reachedBefore,
                _trafficFailures.Count,
                _checkedAt is { } at ? time.GetElapsedTime(at) : null,
                _duration,
                SlowestUsualHoldingLock());
            data = _last?.Data;
        }

        var verdict = ProbeJudge.Judge(facts, options);
        connected = verdict.Connected;
        return new HealthEntry(Probe.Name, verdict.Level, HealthText.Safe(verdict.Description), facts.Duration, Probe.Tags, Data(facts, verdict, data));
    }

    private HealthEntry ReadInstant(IInstantProbe instant, out bool? connected)
    {
        var start = time.GetTimestamp();
        ProbeResult result;
        try
        {
            result = instant.Now;
        }
        catch (Exception)
        {
            // The background loop checks it too and logs why.
            result = ProbeResult.Unhealthy("the check failed");
        }

        connected = result.Connected;
        var level = result.Level == HealthLevel.Unhealthy && HealthNames.IsDependency(instant.Name) ? ProbeJudge.Worst(instant.Name) : result.Level;
        var data = HealthNames.IsDependency(instant.Name) ? Connection(result.Data, connected == true, result.Data?.GetValueOrDefault("responseTime") as long?) : result.Data;
        return new HealthEntry(
            instant.Name, level, HealthText.Safe(result.Description), time.GetElapsedTime(start), instant.Tags, data ?? new Dictionary<string, object?>());
    }

    private static IReadOnlyDictionary<string, object?> Data(ProbeFacts facts, ProbeVerdict verdict, IReadOnlyDictionary<string, object?>? data) =>
        HealthNames.IsDependency(facts.Name)
            ? Connection(data, verdict.Connected == true, (long)Math.Round(facts.Duration.TotalMilliseconds))
            : data ?? new Dictionary<string, object?>();

    private static Dictionary<string, object?> Connection(IReadOnlyDictionary<string, object?>? data, bool connected, long? milliseconds) =>
        new(data ?? new Dictionary<string, object?>())
        {
            ["connected"] = connected,
            ["responseTime"] = connected ? milliseconds : null,
        };

    private TimeSpan? SlowestUsualHoldingLock()
    {
        if (_durations.Count < FewestForAPercentile)
        {
            return null;
        }

        var sorted = _durations.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(sorted.Length * 0.95) - 1)];
    }

    private void ForgetOldFailuresHoldingLock()
    {
        while (_trafficFailures.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > options.EvidenceWindow)
        {
            _trafficFailures.Dequeue();
        }
    }
}
