using System.Diagnostics.Metrics;
using Chat.Server.Alerts.Channels;

namespace Chat.Server.Alerts;

/// <summary>The alerts as metrics, for those who watch with Prometheus; the engine's own troubles come back in as rules.</summary>
internal sealed class AlertGauges(AlertEngine engine, ChannelSet channels, AlertMeter meter) : IHostedService
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(15);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        channels.OnChanged(engine.MarkDirty);
        meter.Meter.CreateObservableGauge("ALERTS", Alerts, unit: "", "1 for every alert that is pending or firing");
        meter.Meter.CreateObservableGauge(
            "chat.alert.channel.failing",
            () => channels.All.Select(c => new Measurement<int>(c.Failing ? 1 : 0, new KeyValuePair<string, object?>("channel", c.Name))),
            unit: "",
            "1 when a channel's last notification was given up");
        meter.Meter.CreateObservableGauge("chat.alert.rule.unknown", Unknown, unit: "", "1 for a rule that cannot be judged");
        meter.Meter.CreateObservableGauge(
            "chat.alert.watchdog",
            () => engine.SinceStep is { } since && since <= StaleAfter ? 1 : 0,
            unit: "",
            "1 while the alert rules are being judged");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private List<Measurement<int>> Alerts() => engine.Read((state, _) => state.Open
        .Select(a => (a.Rule, State: a.Phase == AlertPhase.Firing ? "firing" : "pending", Severity: a.Severity.Name()))
        .Distinct()
        .Select(a => new Measurement<int>(
            1,
            new KeyValuePair<string, object?>("alertname", a.Rule),
            new KeyValuePair<string, object?>("alertstate", a.State),
            new KeyValuePair<string, object?>("severity", a.Severity)))
        .ToList());

    private List<Measurement<int>> Unknown() => engine.Read((_, rules) => rules
        .Where(r => r.IsUnknown)
        .Select(r => new Measurement<int>(1, new KeyValuePair<string, object?>("rule", r.Rule.Name)))
        .ToList());
}
