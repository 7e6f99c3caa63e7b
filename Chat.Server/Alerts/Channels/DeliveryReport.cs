namespace Chat.Server.Alerts.Channels;

/// <summary>How far a notification has come on one channel.</summary>
internal enum DeliveryResult
{
    /// <summary>It waits for its turn, or for another attempt.</summary>
    Waiting,

    Sent,

    /// <summary>It was given up.</summary>
    Failed,

    /// <summary>It made room for newer ones.</summary>
    Dropped,
}

/// <summary>What a channel's outbox says of one notification, after each attempt and when it gives way.</summary>
/// <param name="Problem">Why the attempt failed, in words that give nothing away; null when it did not.</param>
internal readonly record struct DeliveryReport(string Channel, string Notification, DeliveryResult Result, DateTimeOffset At, string? Problem)
{
    public bool IsAttempt => Result is not DeliveryResult.Dropped;
}
