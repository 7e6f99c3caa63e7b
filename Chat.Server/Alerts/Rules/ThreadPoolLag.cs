using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>How long work waits for a thread, per process: the p95 of a minute, with the item that is still waiting counted.</summary>
internal sealed class ThreadPoolLag : IAlertRule
{
    public string Name => nameof(ThreadPoolLag);

    public AlertSeverity Severity => AlertSeverity.Warning;

    public string Summary => "Work waits too long for a thread; something blocks threads or the machine is too small.";

    public string Unit => "s";

    public RuleSettings Defaults { get; } = new(Breach.Above, 0.050, For: TimeSpan.FromMinutes(2), KeepFiringFor: TimeSpan.FromMinutes(2)) { Window = TimeSpan.FromMinutes(1) };

    public RuleOutcome Measure(MetricsView view, RuleSettings settings)
    {
        var delays = view.Observed("chat.threadpool.queue_delay", settings.Window);
        return delays.Count == 0
            ? RuleOutcome.NoData.Instance
            : RuleOutcome.Of([.. delays
                .Where(d => d.Distribution.Total > 0)
                .Select(d => new RuleReading(RuleLabels.OfWorker(d.Source), d.Distribution.Quantile(0.95)!.Value))]);
    }
}
