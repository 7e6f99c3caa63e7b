using Chat.Contracts;
using Chat.Server.Backplane;
using Chat.Server.Delivery.Feeds;
using Microsoft.Extensions.Options;

namespace Chat.Server.Delivery.Nodes;

/// <summary>
/// Tells members who type, and who has received and read what: those connected here, and by way of the bus those connected to
/// other processes. A courtesy: what gets lost is not made good, and the next one is cumulative.
/// </summary>
internal sealed class SignalRelay(IBackplane bus, FeedTable feeds, BackplaneMetrics metrics, IOptions<DeliveryOptions> options) : IHostedService
{
    private const int MostInAMessage = 500;

    private IBackplaneSubscription? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = bus.Subscribe(Signal.Channel, (_, bytes) => Receive(bytes));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }

    public void Typing(string conversation, string user)
    {
        Show(new Signal.Typing(conversation, user));
        Publish(new Signal.Typing(conversation, user));
    }

    public void Receipts(IEnumerable<ReceiptNews> news)
    {
        // Where there are too many connections here there are too many.
        foreach (var some in news.Where(Show).Chunk(MostInAMessage))
        {
            Publish(new Signal.Receipts([.. some]));
        }
    }

    internal void Receive(ReadOnlyMemory<byte> bytes)
    {
        switch (SignalFormat.Read(bytes))
        {
            case Signal.Typing typing:
                Show(typing);
                break;
            case Signal.Receipts receipts:
                receipts.News.ForEach(n => Show(n));
                break;
            default:
                metrics.Lost(HintLoss.Unreadable);
                break;
        }
    }

    private void Show(Signal.Typing typing) => feeds.Find(typing.Conversation)?.Notify(
        typing.User, () => Frames.Notice(new Notice { Kind = NoticeKinds.Typing, Conversation = typing.Conversation, User = typing.User }));

    private bool Show(ReceiptNews news) => feeds.Find(news.Conversation)?.Notify(
        news.User,
        () => Frames.Notice(new Notice
        {
            Kind = NoticeKinds.Receipt,
            Conversation = news.Conversation,
            User = news.User,
            DeliveredSeq = news.Delivered > 0 ? news.Delivered : null,
            ReadSeq = news.Read > 0 ? news.Read : null,
        }),
        options.Value.ReceiptConnections) ?? true;

    private void Publish(Signal signal)
    {
        if (bus.Status.MayReachOthers)
        {
            bus.Publish(Signal.Channel, SignalFormat.Write(signal));
        }
    }
}
