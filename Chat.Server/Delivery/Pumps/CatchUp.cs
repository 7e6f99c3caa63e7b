using System.Runtime.InteropServices;
using Chat.Contracts;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Storage;

namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// The one act behind replay, retry, recovery and spill: read the log after the position, send, wait for acknowledgements.
/// Runs in the pump's loop, one step at a time.
/// </summary>
internal sealed class CatchUp(ConnectionPump pump, PumpServices services)
{
    private readonly long _connectedAt = services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>One page for a subscription that is behind, or its going live.</summary>
    public async Task AdvanceAsync(Subscription subscription, CatchUpRun run)
    {
        if (subscription.Position >= subscription.End)
        {
            Revoke(subscription);
            return;
        }

        if (subscription.Gone || subscription.Feed.TryGoLive(subscription))
        {
            return;
        }

        if (!await pump.Window.WaitForRoomAsync())
        {
            pump.FallBehind(subscription);
            return;
        }

        using var step = EventTraces.StartCatchUp(subscription.Feed.Conversation);
        var most = Math.Clamp(pump.Window.Free, 1, services.Options.PageSize);
        var events = await PageAsync(subscription, most);
        step.Found(events.Count);
        if (events.Count == 0)
        {
            await SettleAsync(subscription, run);
        }
        else
        {
            await SendAsync(subscription, events, run);
        }

        pump.FallBehind(subscription);
    }

    /// <inheritdoc cref="Resend"/>
    public Task ResendAsync(IReadOnlyList<Subscription> owing) => new Resend(pump, services).RunAsync(owing);

    private async Task<List<LogEvent>> PageAsync(Subscription subscription, int most)
    {
        var after = subscription.Position;
        var through = subscription.End;
        var recent = subscription.Feed.RecentAfter(after, most);
        if (recent is null || recent.Exists(e => e.ExpiresAt is not null))
        {
            // The log knows what has expired; memory may hold a body that is over.
            return await WhenStoredAsync(ct => services.Log.ReadAsync(subscription.Feed.Conversation, after, through, most, ct));
        }

        recent.RemoveAll(e => e.Seq > through);
        return recent;
    }

    /// <summary>The log has nothing after the position: the feed stands there too, or the log was cut or rewound.</summary>
    private async Task SettleAsync(Subscription subscription, CatchUpRun run)
    {
        subscription.Feed.Establish(subscription.Position);
        if (subscription.Feed.TryGoLive(subscription))
        {
            return;
        }

        var conversation = subscription.Feed.Conversation;
        var bounds = await WhenStoredAsync(ct => services.Log.BoundsAsync([conversation], ct));
        if (bounds.TryGetValue(conversation, out var log) && log.First > subscription.Position + 1)
        {
            pump.Announce(TruncatedNotice.Of(conversation, subscription.Position + 1, Math.Min(log.First - 1, subscription.End)));
            pump.SkipTo(subscription, log.First - 1);
            run.Truncated();
        }
    }

    private async Task SendAsync(Subscription subscription, List<LogEvent> events, CatchUpRun run)
    {
        if (events[0].Seq > subscription.Position + 1)
        {
            pump.Announce(TruncatedNotice.Of(subscription.Feed.Conversation, subscription.Position + 1, events[0].Seq - 1));
            pump.SkipTo(subscription, events[0].Seq - 1);
            run.Truncated();
        }

        var ended = events.FindIndex(e => Membership.Ends(e, pump.User));
        if (ended >= 0)
        {
            // The log says so before the members table did: nothing after it is this user's, unless added again, which comes as news.
            subscription.Feed.End(subscription, events[ended].Seq);
            events.RemoveRange(ended + 1, events.Count - ended - 1);
        }

        // There was room before the page was read; live events may have taken some since.
        var began = services.Time.GetUtcNow();
        pump.Window.Take(events.Count);
        pump.Hand(subscription, events.Count, events[^1].Seq, events[^1].At, live: false);
        services.Facts.Note(FactKind.Pushed, pump, subscription.Feed.Conversation, events[0].Seq, events[^1].Seq);
        services.CountExpired(events);
        var offline = events.Count(e => e.At <= _connectedAt);
        services.Meter.Queued(offline, events.Count - offline);
        services.Meter.Sized(CollectionsMarshal.AsSpan(events));
        await pump.Writer.WriteAsync(Frames.Events(CollectionsMarshal.AsSpan(events)));
        run.Sent(events.Count);
        EventTraces.Done("deliver", CollectionsMarshal.AsSpan(events), began);
    }

    /// <summary>All that its user may see was sent, the event that says so last; acknowledgements may still come.</summary>
    private void Revoke(Subscription subscription)
    {
        if (subscription.Gone)
        {
            return;
        }

        services.Feeds.Leave(subscription);
        pump.Announce(new Notice { Kind = NoticeKinds.Revoked, Conversation = subscription.Feed.Conversation, Reason = ErrorCodes.NotFound });
    }

    private Task<T> WhenStoredAsync<T>(Func<CancellationToken, Task<T>> read) => services.WhenStoredAsync(read, pump.Connection.ConnectionAborted);
}
