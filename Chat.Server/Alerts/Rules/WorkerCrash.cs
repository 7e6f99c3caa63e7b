using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>Crashes of one worker within five minutes, from the counter: a gauge misses a restart that takes a second.</summary>
internal sealed class WorkerCrash(string name, AlertSeverity severity, string summary, double threshold) : IAlertRule
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    public string Name => name;

    public AlertSeverity Severity => severity;

    public string Summary => summary;

    public string Unit => "";

    public RuleSettings Defaults { get; } = new(Breach.Above, threshold, For: TimeSpan.Zero, KeepFiringFor: FiveMinutes) { Window = FiveMinutes };

    public RuleOutcome Measure(MetricsView view, RuleSettings settings) => RuleOutcome.Of([.. view.Increase("chat.worker.crash", settings.Window)
        .GroupBy(r => r.Labels.TryGet("worker.id", out var id) ? id : "")
        .Select(worker => new RuleReading(LabelSet.Of("worker", worker.Key), worker.Sum(r => r.Value)))]);
}
