using System.Text.Json;
using Chat.Contracts;

namespace Chat.Client.Sending;

/// <summary>Turns requests into items of the outbox: gives them ids, refuses what no server would take, and ties them to the caller's token.</summary>
internal sealed class Submitter(Outbox outbox, ChatClientOptions options)
{
    private static readonly JsonElement Null = JsonSerializer.SerializeToElement<object?>(null);

    public string NewId() => Guid.CreateVersion7(options.TimeProvider.GetUtcNow()).ToString();

    /// <summary>Done when the request is in the outbox.</summary>
    public async Task<PendingSend> EnqueueAsync(string method, object request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var item = OutboxItem.Of(method, Complete(request));
        if (!IsRefused(item))
        {
            await outbox.AddAsync([item]);
        }

        return new PendingSend(item.Id, item.Lane, item.Receipt);
    }

    /// <summary>Done when the request has its receipt; given up when the token says so.</summary>
    public async Task<Receipt> SendAsync(string method, object request, CancellationToken cancellationToken)
        => (await SendAllAsync(method, [request], cancellationToken))[0];

    /// <summary>As <see cref="SendAsync"/> for several, which enter the outbox together and in order.</summary>
    public async Task<IReadOnlyList<Receipt>> SendAllAsync(string method, IReadOnlyList<object> requests, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var items = requests.Select(request => OutboxItem.Of(method, Complete(request))).ToList();
        foreach (var item in items)
        {
            item.Cancellation = cancellationToken.UnsafeRegister((_, token) => outbox.Cancel(item, token), null);
        }

        try
        {
            await outbox.AddAsync([.. items.Where(item => !IsRefused(item))]);
        }
        catch
        {
            items.ForEach(item => item.Cancellation.Unregister());
            throw;
        }

        return await Task.WhenAll(items.Select(item => item.Receipt));
    }

    private object Complete(object request) => request switch
    {
        SendRequest r => r with { Id = r.Id ?? NewId(), Body = Defined(r.Body) },
        PublishRequest r => r with { Id = r.Id ?? NewId(), Body = Defined(r.Body) },
        EditRequest r => r with { Id = r.Id ?? NewId(), Body = Defined(r.Body) },
        DeleteRequest r => r with { Id = r.Id ?? NewId() },
        ReactRequest r => r with { Id = r.Id ?? NewId() },
        _ => request,
    };

    private static JsonElement Defined(JsonElement body) => body.ValueKind == JsonValueKind.Undefined ? Null : body;

    // A frame beyond the server's limit would cost the connection, again on every repetition.
    private bool IsRefused(OutboxItem item)
    {
        if (item.BodySize <= options.MaxBodyBytes)
        {
            return false;
        }

        var error = new ChatError(ErrorCodes.TooLarge, $"The body has {item.BodySize} bytes; at most {options.MaxBodyBytes} are sent.", Retryable: false);
        item.Complete(new Receipt { Id = item.Id, Conversation = item.Lane, Error = error });
        return true;
    }
}
