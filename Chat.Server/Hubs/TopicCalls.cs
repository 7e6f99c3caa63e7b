using Chat.Contracts;
using Chat.Server.Delivery;
using Chat.Server.Messaging.Topics;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Hubs;

/// <summary>Subscriptions: what storage keeps of them and what the connection is fed.</summary>
internal sealed class TopicCalls(Subscriptions subscriptions, DeliveryService delivery)
{
    public Task<SubscribeResult> SubscribeAsync(HubConnectionContext connection, SubscribeRequest? request)
    {
        var (standing, following) = delivery.TopicOf(connection, TopicIds.ConversationOf(request?.Topic ?? ""));
        return subscriptions.SubscribeAsync(
            new Subscriber(connection.User, connection.UserIdentifier!, Device(connection), standing, following),
            request,
            order => delivery.Subscribe(connection, order.Conversation, order.Position, order.Durable, order.Moves),
            connection.ConnectionAborted);
    }

    public Task<Result> UnsubscribeAsync(HubConnectionContext connection, UnsubscribeRequest? request) => subscriptions.UnsubscribeAsync(
        connection.UserIdentifier!, Device(connection), request, conversation => delivery.Unsubscribe(connection, conversation));

    private static string Device(HubConnectionContext connection) => ConnectionLife.DeviceOf(connection.GetHttpContext());
}
