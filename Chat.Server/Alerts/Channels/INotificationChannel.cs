namespace Chat.Server.Alerts.Channels;

internal interface INotificationChannel
{
    string Name { get; }

    /// <summary>How long one attempt may take.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Throws when it did not get through; the outbox tries again.</summary>
    Task SendAsync(Notification notification, CancellationToken cancellationToken);
}
