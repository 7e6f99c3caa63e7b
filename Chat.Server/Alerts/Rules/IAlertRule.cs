using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>Says what to measure; whether that is bad is decided by the threshold, when to say so by the state machine.</summary>
internal interface IAlertRule
{
    string Name { get; }

    AlertSeverity Severity { get; }

    /// <summary>What has happened, in one sentence.</summary>
    string Summary { get; }

    /// <summary>Of the value and the threshold, for display: <c>s</c>, <c>ratio</c> or empty.</summary>
    string Unit { get; }

    RuleSettings Defaults { get; }

    RuleOutcome Measure(MetricsView view, RuleSettings settings);
}

internal abstract record RuleOutcome
{
    /// <summary>Nothing to complain of is no reading, or one on the good side.</summary>
    public static readonly RuleOutcome Nothing = new Measured([]);

    public static RuleOutcome Of(params IReadOnlyList<RuleReading> readings) => new Measured(readings);

    internal sealed record Measured(IReadOnlyList<RuleReading> Readings) : RuleOutcome;

    /// <summary>The numbers that this rule cannot do without are missing.</summary>
    internal sealed record NoData : RuleOutcome
    {
        public static readonly NoData Instance = new();
    }
}

/// <param name="Labels">What it is about (a worker, a channel); one alert for each.</param>
internal readonly record struct RuleReading(LabelSet Labels, double Value);
