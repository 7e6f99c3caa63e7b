using Chat.Contracts;
using Chat.Server.Delivery.DeadLetters;
using Chat.Server.Delivery.Feeds;

namespace Chat.Server.Delivery.Pumps;

/// <summary>A connection's places in the conversations that it follows, and which it has left. Guarded by its pump's lock.</summary>
internal sealed class Places(Lock pumpLock, AckWindow window)
{
    private readonly Dictionary<string, Subscription> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private int _handed;

    public Subscription? Find(string conversation)
    {
        lock (pumpLock)
        {
            return _places.GetValueOrDefault(conversation);
        }
    }

    /// <summary>All of them; for who looks on from outside.</summary>
    public Subscription[] All()
    {
        lock (pumpLock)
        {
            return [.. _places.Values];
        }
    }

    /// <summary>How many topics are followed.</summary>
    public int CountTopics()
    {
        lock (pumpLock)
        {
            return _places.Keys.Count(TopicIds.IsTopic);
        }
    }

    public string[] Topics()
    {
        lock (pumpLock)
        {
            return [.. _places.Keys.Where(TopicIds.IsTopic)];
        }
    }

    /// <summary>Takes a cumulative acknowledgement; the place, when it moved there.</summary>
    public Subscription? Acknowledge(AckPosition position, LetterBox letters)
    {
        var (conversation, seq, error) = position;
        lock (pumpLock)
        {
            if (conversation is null || letters.TakesReplayUnderLock(conversation, seq, error) || !_places.TryGetValue(conversation, out var place))
            {
                return null;
            }

            var gained = PassUnderLock(place, seq);
            letters.AcknowledgedUnderLock(place, seq, gained, error);
            return gained > 0 ? place : null;
        }
    }

    /// <summary>Counts everything up to <paramref name="seq"/> as acknowledged; how many events that are.</summary>
    public int PassUnderLock(Subscription place, long seq)
    {
        var gained = place.Acknowledge(seq);
        if (gained > 0)
        {
            window.Acknowledged(gained);
            if (place.Acked >= place.End)
            {
                _places.Remove(place.Feed.Conversation);
                _left.Add(place.Feed.Conversation);
            }
        }

        return gained;
    }

    /// <summary>Gives a place up, with all that is owed there. It has left its feed.</summary>
    public void Drop(Subscription place)
    {
        lock (pumpLock)
        {
            if (_places.Remove(place.Feed.Conversation))
            {
                _left.Add(place.Feed.Conversation);
                window.Release(place.Acknowledge(long.MaxValue));
            }
        }
    }

    /// <summary>Whether the conversation was left on this connection, so that a jump must be told; asked once.</summary>
    public bool ForgetLeft(string conversation)
    {
        lock (pumpLock)
        {
            return _left.Remove(conversation);
        }
    }

    /// <summary>Events up to this seq go to the connection; called before they do, for the acknowledgement may be quicker than the writer.</summary>
    public void Hand(Subscription place, long last)
    {
        if (place.Acked == place.Position)
        {
            place.OwesFrom = Interlocked.Increment(ref _handed);
        }

        place.Position = last;
    }

    public bool TryAddUnderLock(Subscription place) => _places.TryAdd(place.Feed.Conversation, place);

    public IReadOnlyCollection<Subscription> AllUnderLock => _places.Values;

    public Subscription[] OwingUnderLock() => [.. _places.Values.Where(s => s.Acked < s.Position)];

    public Subscription[] ClearUnderLock()
    {
        Subscription[] all = [.. _places.Values];
        _places.Clear();
        return all;
    }
}
