using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>
/// A gauge that is beyond a limit: the worst of all its series, or one alert for each value of a label. Without the gauge
/// there is nothing to watch (no Redis, no certificate), so that is not a fault of the rule.
/// </summary>
internal sealed record GaugeRule(string Name, AlertSeverity Severity, string Summary, string Family, RuleSettings Defaults) : IAlertRule
{
    public string Unit { get; init; } = "";

    public Func<LabelSet, bool>? Where { get; init; }

    /// <summary>The label that tells instances apart; null makes one alert of all.</summary>
    public string? By { get; init; }

    /// <summary>From the gauge's unit to the threshold's.</summary>
    public Func<double, double> Convert { get; init; } = static value => value;

    public RuleOutcome Measure(MetricsView view, RuleSettings settings)
    {
        var readings = view.Now(Family, Where);
        return RuleOutcome.Of([.. readings
            .GroupBy(r => By is not null && r.Labels.TryGet(By, out var value) ? LabelSet.Of(By, value) : LabelSet.Empty)
            .Select(group => new RuleReading(group.Key, Worst(group.Select(r => Convert(r.Value)))))]);
    }

    private double Worst(IEnumerable<double> values) => Defaults.Breach == Breach.Above ? values.Max() : values.Min();
}
