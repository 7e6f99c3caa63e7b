using Chat.Server.Alerts.Channels;

namespace Chat.Server.Alerts;

/// <summary>Keeps, with each alert, who was told of it; called under the engine's lock.</summary>
internal static class DeliveryLedger
{
    private const int MostOfAnAlert = 40;

    /// <summary>A notification has been handed to the channels.</summary>
    public static void Begin(AlertState state, Notification notification, IEnumerable<string> channels, DateTimeOffset now)
    {
        foreach (var told in notification.Alerts)
        {
            // The same trouble may have ended before and have come back.
            var alert = told.Firing ? state.Open.Find(a => a.Fingerprint == told.Fingerprint) : state.Ended.FindLast(a => a.Fingerprint == told.Fingerprint);
            if (alert is null)
            {
                continue;
            }

            alert.Deliveries.AddRange(channels.Select(channel => new AlertDelivery { Notification = notification.Id, Channel = channel, At = now, Firing = told.Firing }));
            if (alert.Deliveries.Count > MostOfAnAlert)
            {
                alert.Deliveries.RemoveRange(0, alert.Deliveries.Count - MostOfAnAlert);
            }
        }
    }

    /// <summary>False: nothing is kept of it, for it was a trial or is too long ago.</summary>
    public static bool Enter(AlertState state, DeliveryReport report)
    {
        var found = false;
        foreach (var delivery in Of(state).Where(d => d.Notification == report.Notification && d.Channel == report.Channel))
        {
            delivery.Result = report.Result;
            delivery.Attempts += report.IsAttempt ? 1 : 0;
            delivery.EndedAt = report.Result is DeliveryResult.Waiting ? null : report.At;
            delivery.Problem = report.Problem;
            found = true;
        }

        return found;
    }

    /// <summary>After a restart: what waits for a channel that is no longer configured waits for ever.</summary>
    public static void Abandon(AlertState state, IReadOnlyCollection<string> channels, DateTimeOffset now)
    {
        foreach (var delivery in Of(state).Where(d => d.Result is DeliveryResult.Waiting && !channels.Contains(d.Channel)))
        {
            (delivery.Result, delivery.EndedAt, delivery.Problem) = (DeliveryResult.Dropped, now, "the channel is no longer configured");
        }
    }

    private static IEnumerable<AlertDelivery> Of(AlertState state) => state.Open.Concat(state.Ended).SelectMany(a => a.Deliveries);
}
