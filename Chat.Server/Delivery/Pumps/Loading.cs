using Chat.Contracts;
using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.DeadLetters;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.DeadLetters;

namespace Chat.Server.Delivery.Pumps;

/// <summary>Asks storage what a connection's device follows and where it stands, and joins the feeds there. Runs in the pump's loop.</summary>
internal sealed class Loading(ConnectionPump pump, PumpServices services)
{
    private volatile bool _loaded;
    private volatile bool _hasLoaded;

    /// <summary>Storage has told once what the device follows.</summary>
    public bool HasLoaded => _hasLoaded;

    /// <summary>Joins the feeds of all that the device follows. Waits as long as storage is away; the connection stays open meanwhile.</summary>
    public async Task RunAsync(CatchUpRun run)
    {
        if (_loaded)
        {
            return;
        }

        _loaded = true;
        using var reading = services.Keeper.BeginReading();
        var (following, letters) = await WhenStoredAsync(ct => services.Cursors.OpenDeviceAsync(pump.User, pump.Device, services.Options.MaxDevices, ct));
        var joined = new List<(Subscription Subscription, Following Following)>(following.Count);
        foreach (var f in following)
        {
            if (!pump.MayFollow(f.Conversation))
            {
                pump.Announce(new Notice { Kind = NoticeKinds.Revoked, Conversation = f.Conversation, Reason = ErrorCodes.NotFound });
                continue;
            }

            services.Realtime.Note(f.Conversation, f.Policy);
            if (pump.Join(f.Conversation, PassOver(letters, f.Conversation, await StartAsync(f, run))) is { } subscription)
            {
                joined.Add((subscription, f));
                if (f.End is { } end)
                {
                    subscription.Feed.End(subscription, end);
                }
            }
        }

        _hasLoaded = true;
        await EstablishAsync(joined);
        if (letters.Replays)
        {
            pump.Letters.LookForReplays();
        }
    }

    /// <summary>The next run loads.</summary>
    public void Again() => _loaded = false;

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

    private async Task<long> StartAsync(Following f, CatchUpRun run)
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
            pump.Announce(TruncatedNotice.Of(f.Conversation, position + 1, Math.Min(f.First - 1, f.End ?? long.MaxValue)));
            run.Truncated();
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

    private Task<T> WhenStoredAsync<T>(Func<CancellationToken, Task<T>> read) => services.WhenStoredAsync(read, pump.Connection.ConnectionAborted);
}
