using System.Text.Json;
using Chat.Client.Sending;
using Chat.Contracts;

namespace Chat.Client;

/// <summary>Messages: sending, changing, reading back. What has an id goes through the outbox.</summary>
public static class ChatClientMessages
{
    /// <summary>Sends a message and waits for its receipt, over as many connections as it takes.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">Where to.</param>
    /// <param name="type">The application's type, not beginning with <c>$</c>.</param>
    /// <param name="body">Written as JSON in camelCase.</param>
    /// <param name="id">The id under which it is stored once; made when absent.</param>
    /// <param name="replyTo">Id of the message that this one answers.</param>
    /// <param name="expiresIn">After this the body is blanked.</param>
    /// <param name="cancellationToken">Gives up: no further attempt, though one under way may still take effect. Retryable errors
    /// (storage down, rate limit) are retried for as long as it is not cancelled.</param>
    /// <returns>The receipt; a definite refusal has <c>Ok</c> = <c>false</c> and says why.</returns>
    /// <exception cref="OutboxFullException">Too many sends have no receipt.</exception>
    /// <exception cref="ChatClosedException">The client closed first.</exception>
    public static Task<Receipt> SendAsync<TBody>(
        this ChatClient client,
        string conversation,
        string type,
        TBody body,
        string? id = null,
        string? replyTo = null,
        TimeSpan? expiresIn = null,
        CancellationToken cancellationToken = default)
        => client.SendAsync(new SendRequest(id, conversation, type, Json(body), replyTo, expiresIn?.TotalSeconds), cancellationToken);

    /// <summary>As <see cref="SendAsync{TBody}"/>, with the request as it goes over the wire.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">Without an id it gets one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<Receipt> SendAsync(this ChatClient client, SendRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return client.Submitter.SendAsync(OutboxMethods.Send, request, cancellationToken);
    }

    /// <summary>Sends several messages, in order within each conversation, and waits for all receipts.</summary>
    /// <param name="client">The client.</param>
    /// <param name="requests">Those without an id get one.</param>
    /// <param name="cancellationToken">Gives up those that have no receipt yet.</param>
    /// <returns>One receipt per request, in the order of the requests.</returns>
    public static Task<IReadOnlyList<Receipt>> SendBatchAsync(
        this ChatClient client, IReadOnlyList<SendRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return client.Submitter.SendAllAsync(OutboxMethods.Send, requests, cancellationToken);
    }

    /// <summary>Replaces the body of one's own message.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">Where it is.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="body">Written as JSON in camelCase.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<Receipt> EditAsync<TBody>(
        this ChatClient client, string conversation, string messageId, TBody body, CancellationToken cancellationToken = default)
        => client.Submitter.SendAsync(OutboxMethods.Edit, new EditRequest(null, conversation, messageId, Json(body)), cancellationToken);

    /// <summary>Deletes one's own message; an owner may delete any of the group.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">Where it is.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<Receipt> DeleteAsync(
        this ChatClient client, string conversation, string messageId, CancellationToken cancellationToken = default)
        => client.Submitter.SendAsync(OutboxMethods.Delete, new DeleteRequest(null, conversation, messageId), cancellationToken);

    /// <summary>Adds a reaction to a message, or takes the same one back.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">Where it is.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="emoji">The reaction.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<Receipt> ReactAsync(
        this ChatClient client, string conversation, string messageId, string emoji, CancellationToken cancellationToken = default)
        => client.Submitter.SendAsync(OutboxMethods.React, new ReactRequest(null, conversation, messageId, emoji), cancellationToken);

    /// <summary>Reads the log of a conversation, ascending. At most one of <paramref name="before"/>, <paramref name="after"/> and
    /// <paramref name="around"/>; none of them reads the newest.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">Which.</param>
    /// <param name="before">Events before this seq.</param>
    /// <param name="after">Events after this seq.</param>
    /// <param name="around">Events around this seq.</param>
    /// <param name="limit">Most events.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<HistoryResult> HistoryAsync(
        this ChatClient client,
        string conversation,
        long? before = null,
        long? after = null,
        long? around = null,
        int? limit = null,
        CancellationToken cancellationToken = default)
        => client.Caller.CallAsync<HistoryResult>(
            "History", new HistoryRequest(conversation, before, after, around, limit), cancellationToken);

    /// <summary>Moves the user's read position forward.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">Which.</param>
    /// <param name="seq">Everything up to here was read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<Result> MarkReadAsync(this ChatClient client, string conversation, long seq, CancellationToken cancellationToken = default)
        => client.Caller.CallAsync<Result>("MarkRead", new MarkReadRequest(conversation, seq), cancellationToken);

    /// <summary>Tells the other members that the user is typing; without a connection it is dropped.</summary>
    /// <param name="client">The client.</param>
    /// <param name="conversation">Where.</param>
    public static Task TypingAsync(this ChatClient client, string conversation)
        => client.Caller.PostAsync("Typing", new TypingRequest(conversation));

    internal static JsonElement Json<TBody>(TBody body) => JsonSerializer.SerializeToElement(body, ClientJson.Options);
}
