using System.Diagnostics.Metrics;
using Chat.Server.Telemetry;

namespace Chat.Server.Alerts;

/// <summary>What the alert room counts.</summary>
internal sealed class AlertMeter
{
    private readonly Counter<long> _notifications;

    public AlertMeter(IMeterFactory meters)
    {
        Meter = meters.Create(TelemetryNames.Of("Alerts"));
        _notifications = Meter.CreateCounter<long>("chat.alert.notification", "{notification}", "Notifications by channel and outcome");
    }

    public Meter Meter { get; }

    public void Notified(string channel, string outcome) =>
        _notifications.Add(1, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("outcome", outcome));
}
