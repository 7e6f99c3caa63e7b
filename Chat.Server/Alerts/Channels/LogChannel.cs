using System.Text.Json;

namespace Chat.Server.Alerts.Channels;

/// <summary>Always on: what was told, also when nothing else is configured.</summary>
internal sealed partial class LogChannel(ILogger<LogChannel> logger) : INotificationChannel
{
    public string Name => "log";

    public TimeSpan Timeout { get; } = TimeSpan.FromSeconds(5);

    public ChannelFace Show(Notification notification)
    {
        var lines = notification.Alerts.Select(a => new
        {
            level = a.Firing && notification.Severity == AlertSeverity.Critical ? "Critical" : "Warning",
            message = $"Notified: {notification.Rule} is {a.Status}: {a.Annotations.GetValueOrDefault("description", "")}",
        });
        return new ChannelFace("log", "the server's log", Signed: false, JsonSerializer.Serialize(lines));
    }

    public Task SendAsync(Notification notification, CancellationToken cancellationToken)
    {
        foreach (var alert in notification.Alerts)
        {
            var description = alert.Annotations.GetValueOrDefault("description", "");
            if (alert.Firing && notification.Severity == AlertSeverity.Critical)
            {
                Log.CriticalNotified(logger, notification.Rule, alert.Status, description);
            }
            else
            {
                Log.WarningNotified(logger, notification.Rule, alert.Status, description);
            }
        }

        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(3230, LogLevel.Critical, "Notified: {Rule} is {Status}: {Description}", EventName = nameof(CriticalNotified))]
        public static partial void CriticalNotified(ILogger logger, string rule, string status, string description);

        [LoggerMessage(3231, LogLevel.Warning, "Notified: {Rule} is {Status}: {Description}", EventName = nameof(WarningNotified))]
        public static partial void WarningNotified(ILogger logger, string rule, string status, string description);
    }
}
