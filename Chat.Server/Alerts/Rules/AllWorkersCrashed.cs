using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Alerts.Rules;

/// <summary>
/// No worker serves although some should. A node that starts, or whose workers an operator stopped, is not meant: somebody
/// must have crashed. Workers that all crashed within seconds count even when the first is already back.
/// </summary>
internal sealed class AllWorkersCrashed : IAlertRule
{
    private static readonly TimeSpan JustNow = TimeSpan.FromSeconds(10);

    public string Name => nameof(AllWorkersCrashed);

    public AlertSeverity Severity => AlertSeverity.Critical;

    public string Summary => "No worker is left to serve clients.";

    public string Unit => "";

    public RuleSettings Defaults { get; } = new(Breach.Below, 1, For: TimeSpan.Zero, KeepFiringFor: TimeSpan.FromSeconds(30));

    public RuleOutcome Measure(MetricsView view, RuleSettings settings)
    {
        var counts = view.Now("chat.worker.count");
        if (counts.Count == 0)
        {
            return RuleOutcome.NoData.Instance;
        }

        double In(params string[] states) => counts.Where(c => c.Labels.TryGet("state", out var state) && states.Contains(state)).Sum(c => c.Value);
        var wanted = In("starting", "healthy", "draining", "unresponsive", "crashed", "backing_off", "failed");
        var serving = In("healthy", "draining");
        var down = In("unresponsive", "crashed", "backing_off", "failed");
        var crashed = view.Increase("chat.worker.crash", JustNow)
            .Where(r => r.Value > 0 && r.Labels.TryGet("worker.id", out _))
            .Select(r => r.Labels.TryGet("worker.id", out var id) ? id : "")
            .Distinct(StringComparer.Ordinal)
            .Count();
        if (wanted == 0)
        {
            return RuleOutcome.Nothing;
        }

        var none = (serving == 0 && down + crashed > 0) || crashed >= wanted;
        return RuleOutcome.Of(new RuleReading(LabelSet.Empty, none ? 0 : Math.Max(1, serving)));
    }
}
