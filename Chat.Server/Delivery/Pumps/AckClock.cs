namespace Chat.Server.Delivery.Pumps;

/// <summary>What to do about a connection that owes acknowledgements.</summary>
internal enum AckVerdict
{
    Wait,
    Resend,
    Close,
}

/// <summary>Decides from the time without progress. Pure.</summary>
internal static class AckClock
{
    /// <param name="unacknowledged">Events written and not acknowledged.</param>
    /// <param name="idle">Since the last progress: a write to an empty window, or an acknowledgement.</param>
    /// <param name="resent">Whether they were sent again since then.</param>
    public static AckVerdict Judge(int unacknowledged, TimeSpan idle, bool resent, DeliveryOptions options) => (unacknowledged, resent) switch
    {
        (0, _) => AckVerdict.Wait,
        _ when idle >= options.CloseAfter => AckVerdict.Close,
        (_, false) when idle >= options.ResendAfter => AckVerdict.Resend,
        _ => AckVerdict.Wait,
    };
}
