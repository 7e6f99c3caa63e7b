using System.Diagnostics;
using System.Runtime.InteropServices;
using Chat.Server.Backplane;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Pumps;
using Chat.Server.Storage;

namespace Chat.Server.Delivery.Nodes;

/// <summary>Hands what other processes tell to the feeds and to the pumps; called on the bus's loop, it waits for neither.</summary>
internal sealed class HintReceiver(
    IBackplane bus, FeedTable feeds, FeedPublisher publisher, UserConnections users, BackplaneMetrics metrics, TimeProvider time) : IHostedService
{
    private IBackplaneSubscription? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = bus.Subscribe(Hint.Channel, (_, message) => Receive(message));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }

    internal void Receive(ReadOnlyMemory<byte> message)
    {
        var began = time.GetUtcNow();
        switch (HintFormat.Read(message, conversation => feeds.Find(conversation) is not null, out var told))
        {
            case Hint.Committed committed:
                metrics.HintsReceived(told);
                EventTraces.Done("receive", CollectionsMarshal.AsSpan(committed.Events), began, ActivityKind.Consumer);
                if (publisher.Offer(committed.Events) is var refused and > 0)
                {
                    metrics.Lost(HintLoss.InboxFull, refused);
                }

                break;
            case Hint.Created created:
                foreach (var pump in created.Members.SelectMany(m => users.Of(m)))
                {
                    pump.Orders.Follow(created.Conversation, 0);
                }

                break;
            default:
                metrics.Lost(HintLoss.Unreadable);
                break;
        }
    }
}
