using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>Used memory over its limit: of the container (or machine), and of each worker that has a share set.</summary>
internal sealed class MemoryHigh : IAlertRule
{
    public string Name => nameof(MemoryHigh);

    public AlertSeverity Severity => AlertSeverity.Warning;

    public string Summary => "Memory is nearly used up.";

    public string Unit => "ratio";

    public RuleSettings Defaults { get; } = new(
        Breach.Above, 0.80, For: TimeSpan.FromMinutes(5), KeepFiringFor: TimeSpan.FromMinutes(2), ResolveThreshold: 0.75);

    public RuleOutcome Measure(MetricsView view, RuleSettings settings)
    {
        var used = view.Now("chat.memory.utilization");
        return used.Count == 0
            ? RuleOutcome.NoData.Instance
            : RuleOutcome.Of([.. used.Select(r => new RuleReading(
                RuleLabels.OfWorker(r.Source, KeyValuePair.Create("scope", r.Labels.TryGet("scope", out var scope) ? scope : "")), r.Value))]);
    }
}
