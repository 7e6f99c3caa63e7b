using System.Runtime.InteropServices;
using System.Text.Json;
using Chat.Contracts;

namespace Chat.Client.Sending;

/// <summary>A call with an id of the client's that is kept until its receipt.</summary>
/// <param name="method">The hub's method.</param>
/// <param name="lane">The conversation within which order is kept.</param>
/// <param name="id">The id that makes a repeat harmless.</param>
/// <param name="request">What is sent.</param>
/// <param name="bodySize">Bytes of its body.</param>
internal sealed class OutboxItem(string method, string lane, string id, object request, int bodySize)
{
    private readonly TaskCompletionSource<Receipt> _receipt = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Method { get; } = method;

    public string Lane { get; } = lane;

    public string Id { get; } = id;

    public object Request { get; } = request;

    public int BodySize { get; } = bodySize;

    /// <summary>About as many bytes as it takes on the wire.</summary>
    public int Size => BodySize + 512;

    /// <summary>Its number in the journal; 0 without one.</summary>
    public long Number { get; set; }

    /// <summary>Counts up in the order in which sends were taken in.</summary>
    public long Order { get; set; }

    /// <summary>Its place in the lane while it waits there.</summary>
    public LinkedListNode<OutboxItem>? Place { get; set; }

    /// <summary>The caller gave up: no further attempt.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>A batch with it was refused as a whole: it goes alone.</summary>
    public bool GoesAlone { get; set; }

    /// <summary>Retryable answers so far.</summary>
    public int Retries { get; set; }

    /// <summary>How often the hub threw on this connection.</summary>
    public int Faults { get; set; }

    public CancellationTokenRegistration Cancellation { get; set; }

    public Task<Receipt> Receipt => _receipt.Task;

    public void Complete(Receipt receipt)
    {
        Cancellation.Unregister();
        _receipt.TrySetResult(receipt);
    }

    public void Cancel(CancellationToken cancellationToken) => _receipt.TrySetCanceled(cancellationToken);

    public void Fail(Exception exception)
    {
        Cancellation.Unregister();
        if (_receipt.TrySetException(exception))
        {
            // A send that was restored from disk has nobody who awaits it.
            _ = _receipt.Task.Exception;
        }
    }

    public static OutboxItem Of(string method, object request) => request switch
    {
        SendRequest r => new OutboxItem(method, r.Conversation ?? "", r.Id!, r, SizeOf(r.Body)),
        PublishRequest r => new OutboxItem(method, Topic(r.Topic), r.Id!, r, SizeOf(r.Body)),
        EditRequest r => new OutboxItem(method, r.Conversation ?? "", r.Id!, r, SizeOf(r.Body)),
        DeleteRequest r => new OutboxItem(method, r.Conversation ?? "", r.Id!, r, 0),
        ReactRequest r => new OutboxItem(method, r.Conversation ?? "", r.Id!, r, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.GetType().Name, "Not a request of the outbox."),
    };

    public static Type? RequestType(string method) => method switch
    {
        OutboxMethods.Send => typeof(SendRequest),
        OutboxMethods.Publish => typeof(PublishRequest),
        OutboxMethods.Edit => typeof(EditRequest),
        OutboxMethods.Delete => typeof(DeleteRequest),
        OutboxMethods.React => typeof(ReactRequest),
        _ => null,
    };

    public static string Topic(string? topic) => $"topic:{topic}";

    public static int SizeOf(JsonElement body) => JsonMarshal.GetRawUtf8Value(body).Length;
}

/// <summary>The hub's methods that go through the outbox.</summary>
internal static class OutboxMethods
{
    public const string Send = "Send";
    public const string SendBatch = "SendBatch";
    public const string Publish = "Publish";
    public const string Edit = "Edit";
    public const string Delete = "Delete";
    public const string React = "React";
}
