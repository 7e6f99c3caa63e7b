using Chat.Contracts;

namespace Chat.Server.Delivery.Pumps;

/// <summary>
/// How a connection comes to follow one more conversation, or one at another place, and how it leaves one. The pump's loop runs
/// these, so that none falls amidst a page that is on its way.
/// </summary>
internal sealed class FollowOrders(ConnectionPump pump, PumpServices services)
{
    /// <summary>The user became a member: what lay before <paramref name="position"/> is not his.</summary>
    public void Join(string conversation, long position)
    {
        if (pump.Places.Find(conversation) is not { } present || position >= present.End)
        {
            Enter(conversation, position, keepsCursor: true, "rejoined");
        }
    }

    /// <summary>The connection subscribed to a topic; what it follows already goes on, unless it asked to be elsewhere.</summary>
    public void Subscribe(string topic, long position, bool durable, bool moves)
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
    public void Leave(string topic)
    {
        if (pump.Places.Find(topic) is { } present)
        {
            // The feed first: what it would write after the window was given back nobody would ever acknowledge.
            services.Feeds.Leave(present);
            pump.Places.Drop(present);
        }
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
