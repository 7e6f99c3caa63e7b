using System.Runtime.InteropServices;
using Chat.Contracts;
using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.DeadLetters;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Storage;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.DeadLetters;

namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// The one act behind replay, retry, recovery and spill: read the log after the position, send, wait for acknowledgements.
/// Runs in the pump's loop, one step at a time.
/// </summary>
internal sealed class CatchUp(ConnectionPump pump, PumpServices services)
{
    private volatile bool _loaded;

    /// <summary>Storage has told once what the device follows.</summary>
    public volatile bool HasLoaded;

    /// <summary>Joins the feeds of all that the device follows. Waits as long as storage is away; the connection stays open meanwhile.</summary>
    public async Task LoadAsync()
    {
        if (_loaded)
        {
            return;
        }

        _loaded = true;
        var following = await WhenStoredAsync(ct => services.Cursors.OpenDeviceAsync(pump.User, pump.Device, services.Options.MaxDevices, ct));
        var letters = await WhenStoredAsync(ct => services.Letters.OfDeviceAsync(pump.User, pump.Device, ct));
        var joined = new List<(Subscription Subscription, Following Following)>(following.Count);
        foreach (var f in following)
        {
            if (!pump.MayFollow(f.Conversation))
            {
                Revoked(f.Conversation);
                continue;
            }

            services.Realtime.Note(f.Conversation, f.Policy);
            if (pump.Join(f.Conversation, PassOver(letters, f.Conversation, await StartAsync(f))) is { } subscription)
            {
                joined.Add((subscription, f));
                if (f.End is { } end)
                {
                    subscription.Feed.End(subscription, end);
                }
            }
        }

        HasLoaded = true;
        await EstablishAsync(joined);
        if (letters.Replays)
        {
            pump.Letters.LookForReplays();
        }
    }

    /// <summary>The next step begins with loading.</summary>
    public void LoadAgain() => _loaded = false;

    /// <summary>One page for a subscription that is behind, or its going live.</summary>
    public async Task AdvanceAsync(Subscription subscription)
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

        var most = Math.Clamp(pump.Window.Free, 1, services.Options.PageSize);
        var events = await PageAsync(subscription, most);
        if (events.Count == 0)
        {
            await SettleAsync(subscription);
        }
        else
        {
            await SendAsync(subscription, events);
        }

        pump.FallBehind(subscription);
    }

    /// <inheritdoc cref="Resend"/>
    public Task ResendAsync(IReadOnlyList<Subscription> owing) => new Resend(pump, services).RunAsync(owing);

    /// <summary>Given up while the device was away, or just before it went: told now, and only then the cursor moves on.</summary>
    private long PassOver(DeviceLetters letters, string conversation, long position)
    {
        while (letters.Skipped.Contains((conversation, position + 1)))
        {
            position++;
            pump.Announce(SkippedNotice.Of(conversation, position, RoundOutcome.Buried));
            services.Keeper.Mark(new CursorKey(pump.User, pump.Device, conversation), position);
        }

        return position;
    }

    private async Task<long> StartAsync(Following f)
    {
        var position = Math.Max(f.Position, services.Keeper.Find(new CursorKey(pump.User, pump.Device, f.Conversation)));
        if (position > f.Head)
        {
            // The log was rewound below what the device has seen: begin anew at its head.
            services.Keeper.Forget(new CursorKey(pump.User, pump.Device, f.Conversation));
            await WhenStoredAsync(async ct =>
            {
                await services.Cursors.RewindAsync(pump.User, pump.Device, f.Conversation, f.Head, ct);
                return true;
            });
            pump.Announce(new Notice { Kind = NoticeKinds.Reset, Conversation = f.Conversation, Head = f.Head, Reason = "rewound" });
            return f.Head;
        }

        if (position + 1 < f.First)
        {
            // What lies behind the end of a membership is no matter of this user's.
            Truncate(f.Conversation, position + 1, Math.Min(f.First - 1, f.End ?? long.MaxValue));
            return f.First - 1;
        }

        return position;
    }

    /// <summary>
    /// Feeds that nobody stood in before do not know where their log ends. It is read now, after joining them: what is committed
    /// later is offered to them.
    /// </summary>
    private async Task EstablishAsync(List<(Subscription Subscription, Following Following)> joined)
    {
        var cold = joined.Where(j => j.Subscription.Feed.IsCold).Select(j => j.Subscription.Feed).ToList();
        if (cold.Count == 0)
        {
            return;
        }

        var bounds = await WhenStoredAsync(ct => services.Log.BoundsAsync([.. cold.Select(f => f.Conversation)], ct));
        foreach (var feed in cold)
        {
            if (bounds.TryGetValue(feed.Conversation, out var log))
            {
                feed.Establish(log.Head);
            }
        }
    }

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
    private async Task SettleAsync(Subscription subscription)
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
            Truncate(conversation, subscription.Position + 1, Math.Min(log.First - 1, subscription.End));
            pump.SkipTo(subscription, log.First - 1);
        }
    }

    private async Task SendAsync(Subscription subscription, List<LogEvent> events)
    {
        if (events[0].Seq > subscription.Position + 1)
        {
            Truncate(subscription.Feed.Conversation, subscription.Position + 1, events[0].Seq - 1);
            pump.SkipTo(subscription, events[0].Seq - 1);
        }

        var ended = events.FindIndex(e => Membership.Ends(e, pump.User));
        if (ended >= 0)
        {
            // The log says so before the members table did: nothing after it is this user's, unless added again, which comes as news.
            subscription.Feed.End(subscription, events[ended].Seq);
            events.RemoveRange(ended + 1, events.Count - ended - 1);
        }

        // There was room before the page was read; live events may have taken some since.
        pump.Window.Take(events.Count);
        pump.Places.Hand(subscription, events[^1].Seq);
        services.Meter.Delivered(events.Count, live: false);
        services.Facts.Note(FactKind.Pushed, pump, subscription.Feed.Conversation, events[0].Seq, events[^1].Seq);
        services.CountExpired(events);
        await pump.Writer.WriteAsync(Frames.Events(CollectionsMarshal.AsSpan(events)));
    }

    /// <summary>All that its user may see was sent, the event that says so last; acknowledgements may still come.</summary>
    private void Revoke(Subscription subscription)
    {
        if (subscription.Gone)
        {
            return;
        }

        services.Feeds.Leave(subscription);
        Revoked(subscription.Feed.Conversation);
    }

    private void Revoked(string conversation) =>
        pump.Announce(new Notice { Kind = NoticeKinds.Revoked, Conversation = conversation, Reason = ErrorCodes.NotFound });

    private void Truncate(string conversation, long from, long to) =>
        pump.Announce(new Notice { Kind = NoticeKinds.Truncated, Conversation = conversation, From = from, To = to });

    private Task<T> WhenStoredAsync<T>(Func<CancellationToken, Task<T>> read) => services.WhenStoredAsync(read, pump.Connection.ConnectionAborted);
}
