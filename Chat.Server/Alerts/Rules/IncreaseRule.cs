using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>A counter that rose by more than a limit within a window, over all processes of the node.</summary>
internal sealed record IncreaseRule(string Name, AlertSeverity Severity, string Summary, string Family, RuleSettings Defaults) : IAlertRule
{
    public string Unit => "";

    public Func<LabelSet, bool>? Where { get; init; }

    public RuleOutcome Measure(MetricsView view, RuleSettings settings)
    {
        var rises = view.Increase(Family, settings.Window, Where);
        return rises.Count == 0 ? RuleOutcome.Nothing : RuleOutcome.Of(new RuleReading(LabelSet.Empty, rises.Sum(r => r.Value)));
    }
}
