using Chat.Server.Alerts.Channels;

namespace Chat.Server.Alerts;

/// <summary>One notification about one alert on one channel, and what became of it. Only the engine changes it, under its lock.</summary>
internal sealed class AlertDelivery
{
    public required string Notification { get; init; }

    public required string Channel { get; init; }

    /// <summary>When there was something to say.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>It says that the alert fires; else that it has ended.</summary>
    public required bool Firing { get; init; }

    public DeliveryResult Result { get; set; } = DeliveryResult.Waiting;

    public int Attempts { get; set; }

    /// <summary>When it got through or was given up.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Why the latest attempt failed.</summary>
    public string? Problem { get; set; }
}
