using System.Runtime.InteropServices;
using Chat.Server.Delivery.Feeds;

namespace Chat.Server.Delivery.Pumps;

/// <summary>Sends what is unacknowledged once more, marked as a repeat. Runs in the pump's loop, as a step of its own.</summary>
internal sealed class Resend(ConnectionPump pump, PumpServices services)
{
    public async Task RunAsync(IReadOnlyList<Subscription> owing)
    {
        foreach (var subscription in owing)
        {
            for (var after = subscription.Acked; after < subscription.Position && !pump.IsClosed;)
            {
                var (from, through, conversation) = (after, subscription.Position, subscription.Feed.Conversation);
                var events = await services.WhenStoredAsync(
                    ct => services.Log.ReadAsync(conversation, from, through, services.Options.PageSize, ct), pump.Connection.ConnectionAborted);
                if (events.Count == 0)
                {
                    break;
                }

                after = events[^1].Seq;
                services.Meter.Resent(events.Count);
                services.Facts.Note(FactKind.PushedAgain, pump, conversation, events[0].Seq, after);
                await pump.Writer.WriteAsync(Frames.Events(CollectionsMarshal.AsSpan(events), attempt: 2));
            }
        }
    }
}
