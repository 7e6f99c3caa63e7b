using Chat.Contracts.Management;
using Chat.Server.Alerts;
using Chat.Server.Health;
using Chat.Server.Telemetry.Logging;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Management.Views;

/// <summary>What happened to the node, from all that remembers: workers, checks, alerts.</summary>
internal sealed class EventViews(IWorkersMonitor monitor, IHealthBook health, IAlertBook alerts, NodeStart start)
{
    private const int Most = 200;

    public NodeEvent[] Latest(int most = Most) =>
    [
        .. monitor.Recent.Select(Of)
            .Concat(health.Current.Entries.SelectMany(e => Of(health.History.Of(e.Name))))
            .Concat(alerts.Current.Firing.Concat(alerts.History()).SelectMany(Of))
            .Concat(start.Events)
            .OrderByDescending(e => e.At)
            .Take(most),
    ];

    private static NodeEvent Of(WorkerEvent e) => new()
    {
        At = e.At,
        Kind = e.Kind == WorkerEvent.StateKind ? "worker" : e.Kind,
        Severity = e.To is WorkerState.Crashed or WorkerState.Failed or WorkerState.Unresponsive ? "warning" : "info",
        Target = e.WorkerId,
        Text = Redaction.Clean(e.To is { } to ? $"{Words.Of(to)}: {e.Text}" : e.Text),
    };

    /// <summary>The first stretch is no change.</summary>
    private static IEnumerable<NodeEvent> Of(IReadOnlyList<HealthStretch> stretches) => stretches.Skip(1).Select(s => new NodeEvent
    {
        At = s.From,
        Kind = "health",
        Severity = s.Level switch { HealthLevel.Unhealthy => "critical", HealthLevel.Degraded => "warning", _ => "info" },
        Target = s.Name,
        Text = $"{Words.Of(s.Level)}: {s.Description}",
    });

    private static IEnumerable<NodeEvent> Of(Alerts.AlertView alert)
    {
        if (alert.FiredAt is { } fired)
        {
            yield return new() { At = fired, Kind = "alert", Severity = alert.Severity.Name(), Target = alert.Rule, Text = $"fires: {alert.Summary}" };
        }

        if (alert.ResolvedAt is { } ended && alert.FiredAt is not null)
        {
            yield return new() { At = ended, Kind = "alert", Target = alert.Rule, Text = $"ended: {alert.Summary}" };
        }
    }
}
