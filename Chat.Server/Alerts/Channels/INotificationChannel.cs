namespace Chat.Server.Alerts.Channels;

internal interface INotificationChannel
{
    string Name { get; }

    /// <summary>How long one attempt may take.</summary>
    TimeSpan Timeout { get; }

    /// <summary>What this notification looks like there; for showing, with nothing secret in it.</summary>
    ChannelFace Show(Notification notification);

    /// <summary>Throws when it did not get through; the outbox tries again.</summary>
    Task SendAsync(Notification notification, CancellationToken cancellationToken);
}

/// <param name="Kind"><c>log</c>, <c>webhook</c> or <c>email</c>.</param>
/// <param name="Target">Where it goes, without what an address may carry behind its host.</param>
/// <param name="Payload">JSON.</param>
internal sealed record ChannelFace(string Kind, string Target, bool Signed, string Payload);
