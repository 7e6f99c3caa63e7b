namespace Chat.Server.Health;

/// <summary>What is known about one check.</summary>
/// <param name="Last">The latest result; null when the check threw or took too long.</param>
/// <param name="Failures">Failed checks in a row.</param>
/// <param name="TrafficFailures">Connection failures of real traffic in a row, all within the window.</param>
/// <param name="Age">Since the latest check; null when there was none yet.</param>
/// <param name="SlowestUsual">95th percentile of recent answers; null when there are too few.</param>
/// <param name="ReachedBefore">A first check that fails has no better past to be given the benefit of.</param>
internal sealed record ProbeFacts(
    string Name,
    ProbeResult? Last,
    bool TimedOut,
    int Failures,
    bool ReachedBefore,
    int TrafficFailures,
    TimeSpan? Age,
    TimeSpan Duration,
    TimeSpan? SlowestUsual);

internal sealed record ProbeVerdict(HealthLevel Level, string Description, bool? Connected);

/// <summary>Turns facts into a verdict, without a clock and without side effects.</summary>
internal static class ProbeJudge
{
    public static ProbeVerdict Judge(ProbeFacts facts, HealthOptions options)
    {
        var dependency = HealthNames.IsDependency(facts.Name);
        if (facts.Age is not { } age)
        {
            return new(HealthLevel.Unhealthy, "not checked yet", dependency ? false : null);
        }

        if (age > options.StaleAfter)
        {
            return new(HealthLevel.Unhealthy, $"stale: last checked {age.TotalSeconds:0} s ago", dependency ? false : null);
        }

        return dependency ? JudgeDependency(facts, options) : JudgeOwn(facts, options);
    }

    private static ProbeVerdict JudgeOwn(ProbeFacts facts, HealthOptions options) => facts.Last is { } result
        ? new(result.Level, result.Description, result.Connected)
        : new(Worst(facts.Name), Problem(facts, options), Connected: null);

    private static ProbeVerdict JudgeDependency(ProbeFacts facts, HealthOptions options)
    {
        if (facts.TrafficFailures >= options.TrafficFailuresBeforeDown)
        {
            return new(Worst(facts.Name), $"unreachable: the last {facts.TrafficFailures} uses failed", Connected: false);
        }

        if (facts.Last is { Connected: false, Level: HealthLevel.Degraded } told)
        {
            // The check has a judgement of its own (a bus that fell back): nothing to wait for.
            return new(told.Level, told.Description, Connected: false);
        }

        if (facts.Failures >= options.FailuresBeforeDown || (facts.Failures > 0 && !facts.ReachedBefore))
        {
            return new(Worst(facts.Name), Problem(facts, options), Connected: false);
        }

        if (facts.Failures > 0)
        {
            // One lost packet is no outage; the next check decides.
            return new(HealthLevel.Degraded, "a check failed and is being repeated", Connected: true);
        }

        var result = facts.Last!;
        if (result.Level == HealthLevel.Healthy && result.Connected == true && facts.SlowestUsual > options.SlowAfter)
        {
            return new(HealthLevel.Degraded, $"slow: p95 {facts.SlowestUsual.Value.TotalMilliseconds:0} ms", Connected: true);
        }

        var description = result is { Connected: true, Description.Length: 0 }
            ? $"{Math.Round(facts.Duration.TotalMilliseconds):0} ms"
            : result.Description;
        return new(result.Level, description, result.Connected);
    }

    /// <summary>The loss of what is not vital leaves a degraded service.</summary>
    public static HealthLevel Worst(string name) => HealthNames.IsVital(name) ? HealthLevel.Unhealthy : HealthLevel.Degraded;

    private static string Problem(ProbeFacts facts, HealthOptions options) => facts switch
    {
        { TimedOut: true } => $"did not answer in {options.Timeout.TotalSeconds:0.#} s",
        { Last: { Description.Length: > 0 } result } => result.Description,
        { Last: not null } => "unreachable",
        _ => "the check failed",
    };
}
