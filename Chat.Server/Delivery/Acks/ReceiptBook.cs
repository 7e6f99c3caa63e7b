using System.Collections.Concurrent;
using Chat.Contracts;
using Chat.Server.Delivery.Feeds;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Acks;

/// <summary>Gathers who has received and read what, and tells the other members a few times a second, not per acknowledgement.</summary>
internal sealed partial class ReceiptBook(FeedTable feeds, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<ReceiptBook> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<(string Conversation, string User), (long Delivered, long Read)> _news = new();

    public void Delivered(string conversation, string user, long seq) =>
        _news.AddOrUpdate(
            (conversation, user), static (_, s) => (s, 0), static (_, before, s) => (Math.Max(before.Delivered, s), before.Read), seq);

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
        foreach (var entry in _news)
        {
            _news.TryRemove(entry);
            var ((conversation, user), (delivered, read)) = entry;
            feeds.Find(conversation)?.Notify(
                user,
                () => Frames.Notice(new Notice
                {
                    Kind = NoticeKinds.Receipt,
                    Conversation = conversation,
                    User = user,
                    DeliveredSeq = delivered > 0 ? delivered : null,
                    ReadSeq = read > 0 ? read : null,
                }),
                options.Value.ReceiptConnections);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1221, LogLevel.Error, "Receipts could not be told", EventName = "ReceiptFault")]
        public static partial void ReceiptFault(ILogger logger, Exception exception);
    }
}
