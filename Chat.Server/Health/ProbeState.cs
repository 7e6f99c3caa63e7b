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

    /// <summary>True when this report is the one that makes the dependency count as down.</summary>
    public bool Reported(bool succeeded)
    {
        lock (_gate)
        {
            if (succeeded)
            {
                _trafficFailures.Clear();
                return false;
            }

            ForgetOldFailuresHoldingLock();
            if (_trafficFailures.Count >= options.TrafficFailuresBeforeDown)
            {
                // Only the newest matter; an outage under load must not fill the memory.
                _trafficFailures.Dequeue();
                _trafficFailures.Enqueue(time.GetTimestamp());
                return false;
            }

            _trafficFailures.Enqueue(time.GetTimestamp());
            return _trafficFailures.Count == options.TrafficFailuresBeforeDown;
        }
    }

    public HealthEntry Read(out bool? connected)
    {
        if (Probe is IInstantProbe instant)
        {
            connected = null;
            return ReadInstant(instant);
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

    private HealthEntry ReadInstant(IInstantProbe instant)
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
            result = new ProbeResult(ProbeJudge.Worst(instant.Name), "the check failed");
        }

        return new HealthEntry(
            instant.Name, result.Level, HealthText.Safe(result.Description), time.GetElapsedTime(start), instant.Tags, result.Data ?? new Dictionary<string, object?>());
    }

    private static IReadOnlyDictionary<string, object?> Data(ProbeFacts facts, ProbeVerdict verdict, IReadOnlyDictionary<string, object?>? data)
    {
        if (!HealthNames.IsDependency(facts.Name))
        {
            return data ?? new Dictionary<string, object?>();
        }

        var connected = verdict.Connected == true;
        return new Dictionary<string, object?>(data ?? new Dictionary<string, object?>())
        {
            ["connected"] = connected,
            ["responseTime"] = connected ? (long)Math.Round(facts.Duration.TotalMilliseconds) : null,
        };
    }

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
