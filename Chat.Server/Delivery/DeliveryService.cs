using Chat.Contracts;
using Chat.Server.Delivery.Acks;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Nodes;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Storage;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Delivery;

/// <summary>What the hub asks of delivery.</summary>
internal sealed class DeliveryService(
    UserConnections users,
    PumpServices pumps,
    CursorKeeper keeper,
    ReceiptBook receipts,
    SignalRelay signals,
    HintSender hints,
    RedisNotices redis,
    CommitFollower follower,
    Provisionals provisionals,
    DeviceReturns returns,
    StorageBreaker breaker)
{
    /// <summary>Starts feeding a connection; returns at once, waits neither for storage nor for the catch-up.</summary>
    /// <param name="mayFollow">Whether the user has the right to what the device wants to be fed; asked when it is about to be.</param>
    public void Connect(HubConnectionContext connection, string user, string device, Func<string, bool> mayFollow)
    {
        returns.Note(user, device);
        var pump = new ConnectionPump(connection, user, device, mayFollow, pumps);
        pump.Announce(new Notice
        {
            Kind = NoticeKinds.Welcome,
            User = user,
            Device = device,
            Connection = connection.ConnectionId,
            Window = pumps.Options.Window,
        });
        if (!breaker.IsClosed)
        {
            pump.Announce(DeliveryUpkeep.StorageNotice(available: false));
        }

        var told = redis.Told;
        if (told)
        {
            pump.Announce(redis.Notice);
        }

        // Known before it loads: a conversation that begins in between finds it here, one that began earlier is in what it loads.
        users.Add(pump);
        pump.Start();
        if (redis.Told != told)
        {
            // It changed when this connection was not yet among those that are told.
            pump.Announce(redis.Notice);
        }
    }

    /// <summary>Stops feeding it and saves its cursors.</summary>
    public void Disconnect(HubConnectionContext connection)
    {
        users.Remove(connection.ConnectionId)?.Stop();
        keeper.FlushSoon();
    }

    /// <summary>Sends a notice to one connection; it is not lost while the connection lives.</summary>
    public void Announce(HubConnectionContext connection, Notice notice) => users.Find(connection.ConnectionId)?.Announce(notice);

    /// <summary>Says goodbye and closes; nothing is fed to it from now on.</summary>
    public Task CloseAsync(HubConnectionContext connection, Notice bye) => users.Find(connection.ConnectionId)?.CloseAsync(bye) ?? Task.CompletedTask;

    /// <summary>Closes all connections of a user here; nothing is fed to them from now on.</summary>
    public void CloseUser(string user, Notice bye)
    {
        foreach (var pump in users.Of(user))
        {
            _ = pump.CloseAsync(bye);
        }
    }

    /// <summary>Takes cumulative acknowledgements; what is not the connection's own or beyond what was sent is ignored.</summary>
    public void Acknowledge(HubConnectionContext connection, IReadOnlyList<AckPosition> positions) =>
        users.Find(connection.ConnectionId)?.Acknowledge(positions, (subscription, seq) =>
        {
            pumps.Facts.Note(FactKind.Acknowledged, subscription.Pump, subscription.Feed.Conversation, seq, seq);
            receipts.Acknowledged(subscription, seq);
        });

    /// <summary>A conversation was created: its members' connections start to follow it, on every node.</summary>
    public void ConversationCreated(string conversation, IReadOnlyList<string> members)
    {
        foreach (var pump in members.SelectMany(m => users.Of(m)))
        {
            pump.Orders.Follow(conversation, 0);
        }

        hints.Created(conversation, members);
    }

    /// <summary>How a connection stands to a topic: what it has acknowledged and whether that is kept, or null; and how many topics it follows.</summary>
    public ((long Acked, bool Durable)? Standing, int Following) TopicOf(HubConnectionContext connection, string conversation) =>
        users.Find(connection.ConnectionId) is not { } pump ? (null, 0)
        : pump.Places.Find(conversation) is { Gone: false } place ? ((place.Acked, place.KeepsCursor), pump.Places.CountTopics())
        : (null, pump.Places.CountTopics());

    /// <summary>A connection subscribed to a topic.</summary>
    public void Subscribe(HubConnectionContext connection, string conversation, long position, bool durable, bool moves)
    {
        if (users.Find(connection.ConnectionId) is not { } pump)
        {
            return;
        }

        if (moves)
        {
            // What was acknowledged at the old place says nothing about the new one.
            keeper.Forget(new CursorKey(pump.User, pump.Device, conversation));
        }

        pump.Orders.Subscribe(conversation, position, durable, moves);
    }

    /// <summary>A device wants no more of a topic: the connection leaves it, and the device's others if they were fed for its cursor.</summary>
    public void Unsubscribe(HubConnectionContext connection, string conversation)
    {
        if (users.Find(connection.ConnectionId) is not { } own)
        {
            return;
        }

        foreach (var pump in users.Of(own.User))
        {
            if (pump == own || (pump.Device == own.Device && pump.Places.Find(conversation) is { KeepsCursor: true }))
            {
                pump.Orders.Unsubscribe(conversation);
            }
        }

        keeper.Forget(new CursorKey(own.User, own.Device, conversation));
    }

    /// <summary>The connection's rights to topics may have changed: what is not allowed any more is left, and told so.</summary>
    public void CheckTopics(HubConnectionContext connection)
    {
        if (users.Find(connection.ConnectionId) is not { } pump)
        {
            return;
        }

        foreach (var topic in pump.Places.Topics().Where(t => !pump.MayFollow(t)))
        {
            pump.Orders.Unsubscribe(topic);
            pump.Announce(new Notice { Kind = NoticeKinds.Revoked, Conversation = topic, Reason = ErrorCodes.NotFound });
        }
    }

    /// <summary>Whether the connection follows the conversation now (its user is a member as far as this node has seen).</summary>
    public bool Follows(HubConnectionContext connection, string conversation) =>
        users.Find(connection.ConnectionId)?.Follows(conversation) ?? false;

    /// <summary>Tells the other members, on every node, that the user types.</summary>
    public void Typing(string conversation, string user) => signals.Typing(conversation, user);

    /// <summary>Whether a connection of the user follows the conversation here; as true as <see cref="SinceFollowed"/> is young.</summary>
    public bool IsMember(string user, string conversation)
    {
        foreach (var pump in users.Of(user))
        {
            if (pump.Follows(conversation))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether storage has not told yet what a connection of the user follows.</summary>
    public bool IsLoading(string user)
    {
        foreach (var pump in users.Of(user))
        {
            if (!pump.HasLoaded)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Since when nothing was heard of what others committed, membership among it; null before the first time.</summary>
    public TimeSpan? SinceFollowed => follower.SinceRead;

    /// <inheritdoc cref="Provisionals.Show"/>
    public void ShowProvisional(LogEvent e, Func<bool> isStored) => provisionals.Show(e, isStored);

    /// <summary>Sends a notice to all connections of a user.</summary>
    public void NotifyUser(string user, Notice notice)
    {
        var frame = Frames.Notice(notice);
        foreach (var pump in users.Of(user))
        {
            pump.TrySendNotice(frame);
        }
    }

    /// <summary>A member read up to <paramref name="seq"/>: the others are told with the next receipts.</summary>
    public void ReadUpTo(string conversation, string user, long seq) => receipts.Read(conversation, user, seq);
}
