using System.Text.Json;
using Chat.Client.Sending;
using Chat.Contracts;

namespace Chat.Client;

/// <summary>Publish and subscribe. A topic's events arrive like any others, under the conversation <c>topic:NAME</c>.</summary>
public static class ChatClientTopics
{
    /// <summary>Publishes to a topic through the outbox and waits for the receipt. Within a topic one call follows the other.</summary>
    /// <param name="client">The client.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="type">The application's type, not beginning with <c>$</c>.</param>
    /// <param name="body">Written as JSON in camelCase.</param>
    /// <param name="id">The id under which it is stored once; made when absent.</param>
    /// <param name="expiresIn">After this the body is blanked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The receipt; <c>queued</c> when it was delivered at once and will be stored when storage is back.</returns>
    public static Task<Receipt> PublishAsync<TBody>(
        this ChatClient client,
        string topic,
        string type,
        TBody body,
        string? id = null,
        TimeSpan? expiresIn = null,
        CancellationToken cancellationToken = default)
        => client.Submitter.SendAsync(
            OutboxMethods.Publish,
            new PublishRequest(id, topic, type, ChatClientMessages.Json(body), expiresIn?.TotalSeconds),
            cancellationToken);

    /// <summary>Subscribes to what comes from now on.</summary>
    /// <param name="client">The client.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="durable">Keep a cursor on the server, so that what is missed while away arrives later.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<SubscribeResult> SubscribeAsync(
        this ChatClient client, string topic, bool durable = false, CancellationToken cancellationToken = default)
        => client.SubscribeAsync(new SubscribeRequest(topic, null, Durable(durable)), cancellationToken);

    /// <summary>Subscribes to everything that is kept, and what comes.</summary>
    /// <param name="client">The client.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="durable">Keep a cursor on the server, so that what is missed while away arrives later.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<SubscribeResult> SubscribeFromStartAsync(
        this ChatClient client, string topic, bool durable = false, CancellationToken cancellationToken = default)
        => client.SubscribeAsync(new SubscribeRequest(topic, JsonSerializer.SerializeToElement("start"), Durable(durable)), cancellationToken);

    /// <summary>Subscribes to what follows a known event.</summary>
    /// <param name="client">The client.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="seq">The first event wanted is the one after it.</param>
    /// <param name="durable">Keep a cursor on the server, so that what is missed while away arrives later.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<SubscribeResult> SubscribeAfterAsync(
        this ChatClient client, string topic, long seq, bool durable = false, CancellationToken cancellationToken = default)
        => client.SubscribeAsync(new SubscribeRequest(topic, JsonSerializer.SerializeToElement(seq), Durable(durable)), cancellationToken);

    /// <summary>Subscribes as the request says. The subscription is renewed on every new connection, from the last event received,
    /// until <see cref="UnsubscribeAsync"/>; when that is refused, the notice <c>revoked</c> tells so.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The topic and where to begin.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<SubscribeResult> SubscribeAsync(
        this ChatClient client, SubscribeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(request.Topic);
        client.Subscriptions.Begin(request.Topic, request);
        try
        {
            var result = await client.Caller.CallAsync<SubscribeResult>("Subscribe", request, cancellationToken);
            client.Subscriptions.Confirm(request.Topic, request, result);
            return result;
        }
        catch
        {
            client.Subscriptions.End(request.Topic);
            throw;
        }
    }

    /// <summary>Ends a subscription.</summary>
    /// <param name="client">The client.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="cancellationToken">Gives up telling the server; a new connection does not subscribe again anyway.</param>
    public static async Task<Result> UnsubscribeAsync(this ChatClient client, string topic, CancellationToken cancellationToken = default)
    {
        client.Subscriptions.End(topic);
        var result = await client.Caller.CallAsync<Result>("Unsubscribe", new UnsubscribeRequest(topic), cancellationToken);
        client.Subscriptions.Forget(topic);
        return result;
    }

    private static bool? Durable(bool durable) => durable ? true : null;
}
