using System.Collections.Concurrent;
using Chat.Contracts;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Nodes;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Acks;

/// <summary>Gathers who has received and read what, and tells the other members a few times a second, not per acknowledgement.</summary>
internal sealed partial class ReceiptBook(SignalRelay signals, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<ReceiptBook> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<(string Conversation, string User), (long Delivered, long Read)> _news = new();

    /// <summary>Notes how far a connection has acknowledged. Its lock would meet a large group's fan-out: who is not to be told is left out before.</summary>
    public void Acknowledged(Subscription subscription, long seq)
    {
        var feed = subscription.Feed;
        var user = subscription.Pump.User;
        // Having one's own message back is no news to the others, and subscribers of a topic do not know of each other.
        if (feed.Size <= options.Value.ReceiptConnections && !TopicIds.IsTopic(feed.Conversation) && !feed.IsOwn(user, seq))
        {
            _news.AddOrUpdate(
                (feed.Conversation, user), static (_, s) => (s, 0), static (_, before, s) => (Math.Max(before.Delivered, s), before.Read), seq);
        }
    }

    public void Read(string conversation, string user, long seq) =>
        _news.AddOrUpdate(
            (conversation, user), static (_, s) => (0, s), static (_, before, s) => (before.Delivered, Math.Max(before.Read, s)), seq);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.Value.ReceiptInterval, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                Tell();
            }
            catch (Exception e)
            {
                Log.ReceiptFault(logger, e);
            }
        }
    }

    internal void Tell()
    {
        var news = new List<ReceiptNews>();
        foreach (var entry in _news)
        {
            // What is noted in this moment stays, and is told the next time.
            if (_news.TryRemove(entry))
            {
                news.Add(new ReceiptNews(entry.Key.Conversation, entry.Key.User, entry.Value.Delivered, entry.Value.Read));
            }
        }

        signals.Receipts(news);
    }

    private static partial class Log
    {
        [LoggerMessage(1221, LogLevel.Error, "Receipts could not be told", EventName = "ReceiptFault")]
        public static partial void ReceiptFault(ILogger logger, Exception exception);
    }
}
