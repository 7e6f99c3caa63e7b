using System.Security.Claims;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Messaging.Topics;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Model;
using Microsoft.Extensions.Options;

namespace Chat.Server.Messaging;

/// <summary>Reads of the log as it is, ascending.</summary>
internal sealed class HistoryReads(
    HistoryStore store, Calls calls, Rules rules, TopicRights topics, IOptions<MessagingOptions> options, TimeProvider time)
{
    /// <summary>What a member may see of a conversation, or, of a topic, who may subscribe to it.</summary>
    public Task<HistoryResult> ReadAsync(ClaimsPrincipal? caller, string user, HistoryRequest? history, CancellationToken cancellation) => ReadAsync(
        user,
        history,
        (conversation, window, ct) => !TopicIds.IsTopic(conversation) ? store.ReadAsync(user, conversation, window, ct)
            : topics.MayFollow(caller, conversation) ? store.ReadWholeAsync(conversation, window, ct)
            : Task.FromResult<HistoryPage?>(null),
        cancellation);

    /// <summary>All that is kept of a conversation, or of a topic that the service may read.</summary>
    public Task<HistoryResult> ReadAsServiceAsync(ClaimsPrincipal caller, string service, HistoryRequest? history, CancellationToken cancellation) => ReadAsync(
        service,
        history,
        (conversation, window, ct) => topics.MayFollow(caller, conversation)
            ? store.ReadWholeAsync(conversation, window, ct)
            : Task.FromResult<HistoryPage?>(null),
        cancellation);

    private Task<HistoryResult> ReadAsync(
        string user,
        HistoryRequest? history,
        Func<string, HistoryWindow, CancellationToken, Task<HistoryPage?>> read,
        CancellationToken cancellation) => calls.RunAsync(
        user,
        rules.History(history),
        async ct =>
        {
            var limit = Math.Min(history!.Limit ?? options.Value.HistoryDefault, options.Value.HistoryMax);
            var window = new HistoryWindow(history.Before, history.After, history.Around, limit);
            if (await PageAsync(read, history.Conversation!, window, ct) is not { } page)
            {
                return new HistoryResult { Error = Errors.NotFound };
            }

            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var events = new ChatEvent[page.Rows.Count];
            for (var i = 0; i < events.Length; i++)
            {
                events[i] = ToContract(page.Rows[i], now);
            }

            return new HistoryResult { Ok = true, Events = events, Head = page.Head, First = page.First };
        },
        cancellation);

    private static async Task<HistoryPage?> PageAsync(
        Func<string, HistoryWindow, CancellationToken, Task<HistoryPage?>> read, string conversation, HistoryWindow window, CancellationToken cancellation)
    {
        using var step = EventTraces.StartRead(conversation);
        try
        {
            var page = await read(conversation, window, cancellation);
            step.Found(page?.Rows.Count ?? 0);
            return page;
        }
        catch (Exception e)
        {
            step.Failed(e);
            throw;
        }
    }

    private static ChatEvent ToContract(OutboxRow row, long now) => new()
    {
        Conversation = row.ConversationId,
        Epoch = row.Epoch,
        Seq = row.Seq,
        Id = row.Id,
        Type = row.Type,
        Sender = row.Sender,
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.At),
        // An expired body is nobody's any more, also before the sweep has blanked it.
        Body = row.Body is null || row.ExpiresAt <= now ? null : JsonElement.Parse(row.Body),
        Ref = row.Ref,
        ExpiresAt = row.ExpiresAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
    };
}
