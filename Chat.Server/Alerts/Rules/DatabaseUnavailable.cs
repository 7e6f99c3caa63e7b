using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>The health checks' verdict (two probes on a connection of their own, or real traffic) as any process of the node has it.</summary>
internal sealed class DatabaseUnavailable : IAlertRule
{
    public string Name => nameof(DatabaseUnavailable);

    public AlertSeverity Severity => AlertSeverity.Critical;

    public string Summary => "The database does not answer; durable messages are refused.";

    public string Unit => "";

    public RuleSettings Defaults { get; } = new(Breach.Below, 1, For: TimeSpan.Zero, KeepFiringFor: TimeSpan.FromSeconds(30));

    public RuleOutcome Measure(MetricsView view, RuleSettings settings)
    {
        var up = view.Now("chat.dependency.up", labels => labels.Has("dependency", "database"));
        return up.Count == 0 ? RuleOutcome.NoData.Instance : RuleOutcome.Of(new RuleReading(LabelSet.Empty, up.Min(r => r.Value)));
    }
}
