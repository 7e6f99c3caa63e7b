using Chat.Contracts;
using Chat.Server.Delivery.Acks;

namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// How a connection comes to follow one more conversation, or one at another place, and how it leaves one. The pump's loop runs
/// these, so that none falls amidst a page that is on its way.
/// </summary>
internal sealed class FollowOrders(ConnectionPump pump, PumpLoop loop, PumpServices services)
{
    /// <summary>Begins to follow a conversation that the user was just added to.</summary>
    public void Follow(string conversation, long position) => loop.Order(() => Join(conversation, position));

    /// <summary>Follows a topic from a position.</summary>
    /// <param name="durable">Its acknowledgements move the device's cursor.</param>
    /// <param name="moves">Also when it follows the topic already.</param>
    public void Subscribe(string topic, long position, bool durable, bool moves) => loop.Order(() => EnterTopic(topic, position, durable, moves));

    /// <summary>Leaves a topic: nothing is fed from now on, a page that is being written apart.</summary>
    public void Unsubscribe(string topic)
    {
        if (pump.Places.Find(topic) is { } subscription)
        {
            services.Feeds.Leave(subscription);
        }

        loop.Order(() => Leave(topic));

        // The loop may be waiting for room that nobody will make.
        pump.Window.Wake();
    }

    /// <summary>Sends what follows a position once more, if the connection follows the conversation and has acknowledged that.</summary>
    public void SendAgain(string conversation, long position)
    {
        loop.Order(() => GoBackAsync(conversation, position));

        // The loop may be waiting for room that nobody will make.
        pump.Window.Wake();
    }

    /// <summary>The user became a member: what lay before <paramref name="position"/> is not his.</summary>
    private void Join(string conversation, long position)
    {
        if (pump.Places.Find(conversation) is not { } present || position >= present.End)
        {
            Enter(conversation, position, keepsCursor: true, "rejoined");
        }
    }

    /// <summary>The connection subscribed to a topic; what it follows already goes on, unless it asked to be elsewhere.</summary>
    private void EnterTopic(string topic, long position, bool durable, bool moves)
    {
        if (pump.Places.Find(topic) is { Gone: false } present && !moves)
        {
            present.KeepsCursor |= durable;
        }
        else
        {
            Enter(topic, position, durable, "subscribed");
        }
    }

    /// <summary>What it was sent and has not acknowledged is owed no more.</summary>
    private void Leave(string topic)
    {
        if (pump.Places.Find(topic) is { } present)
        {
            // The feed first: what it would write after the window was given back nobody would ever acknowledge.
            services.Feeds.Leave(present);
            pump.Places.Drop(present);
        }
    }

    /// <summary>
    /// The device gets what follows <paramref name="position"/> once more, as if it had acknowledged no more than that: in order, within the window,
    /// and owed until it is acknowledged again. What it has not acknowledged anyway is left alone.
    /// </summary>
    private async Task GoBackAsync(string conversation, long position)
    {
        if (pump.Places.Find(conversation) is not { Gone: false, End: long.MaxValue } present || present.Acked <= position)
        {
            return;
        }

        Leave(conversation);
        pump.Places.ForgetLeft(conversation);
        if (present.KeepsCursor)
        {
            // Should the connection break in the middle, the next one goes on where this one was.
            services.Keeper.Forget(new CursorKey(pump.User, pump.Device, conversation));
            await services.WhenStoredAsync(
                async ct =>
                {
                    await services.Cursors.RewindAsync(pump.User, pump.Device, conversation, position, ct);
                    return true;
                },
                pump.Connection.ConnectionAborted);
        }

        pump.Announce(new Notice { Kind = NoticeKinds.Again, Conversation = conversation, Head = position });
        pump.Join(conversation, position, present.KeepsCursor);
    }

    private void Enter(string conversation, long position, bool keepsCursor, string reason)
    {
        Leave(conversation);
        if (pump.Places.ForgetLeft(conversation))
        {
            // What lay between is not theirs, and the jump is announced.
            pump.Announce(new Notice { Kind = NoticeKinds.Reset, Conversation = conversation, Head = position, Reason = reason });
        }

        pump.Join(conversation, position, keepsCursor);
    }
}
