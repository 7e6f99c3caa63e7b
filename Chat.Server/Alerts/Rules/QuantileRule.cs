using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>The 95th percentile of a histogram over a window, over all processes of the node.</summary>
internal sealed record QuantileRule(string Name, AlertSeverity Severity, string Summary, string Family, RuleSettings Defaults) : IAlertRule
{
    private const double FewestObservations = 5;

    public string Unit => "s";

    public Func<LabelSet, bool>? Where { get; init; }

    public RuleOutcome Measure(MetricsView view, RuleSettings settings)
    {
        var all = Distribution.Merge(view.Observed(Family, settings.Window, Where).Select(r => r.Distribution));
        return all is { Total: >= FewestObservations } && all.Quantile(0.95) is { } p95
            ? RuleOutcome.Of(new RuleReading(LabelSet.Empty, p95))
            : RuleOutcome.Nothing;
    }
}
