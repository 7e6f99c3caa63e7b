using System.Collections.Concurrent;
using Chat.Server.Delivery.Pumps;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Feeds;

/// <summary>The conversations that connections of this process follow.</summary>
internal sealed class FeedTable(IOptions<DeliveryOptions> options)
{
    private readonly ConcurrentDictionary<string, ConversationFeed> _feeds = new(StringComparer.Ordinal);

    public int Count => _feeds.Count;

    public IEnumerable<ConversationFeed> All => _feeds.Values;

    /// <summary>Null when nobody here follows the conversation.</summary>
    public ConversationFeed? Find(string conversation) => _feeds.GetValueOrDefault(conversation);

    /// <summary>Who follows which of these conversations here.</summary>
    public SortedDictionary<string, IReadOnlyList<string>> Followers(Func<string, bool> which)
    {
        var followers = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var feed in _feeds.Values)
        {
            if (which(feed.Conversation))
            {
                followers[feed.Conversation] = feed.Users();
            }
        }

        return followers;
    }

    /// <summary>Takes a place in the conversation's feed; the first one makes it.</summary>
    public Subscription Join(string conversation, ConnectionPump pump, long position)
    {
        while (true)
        {
            var feed = _feeds.GetOrAdd(conversation, static (id, recent) => new ConversationFeed(id, recent), options.Value.RecentEvents);
            var subscription = new Subscription(feed, pump, position);
            if (feed.TryJoin(subscription))
            {
                return subscription;
            }

            // Its last connection left just now.
            _feeds.TryRemove(KeyValuePair.Create(conversation, feed));
        }
    }

    public void Leave(Subscription subscription)
    {
        if (subscription.Feed.Leave(subscription))
        {
            _feeds.TryRemove(KeyValuePair.Create(subscription.Feed.Conversation, subscription.Feed));
        }
    }
}
