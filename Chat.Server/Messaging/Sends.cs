using System.Runtime.InteropServices;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Realtime;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Messaging;

/// <summary>
/// Messages on their way into the log. The hot path: nothing is looked up, nothing awaited before the writer has the append,
/// so the order in which a connection calls is the order in the log.
/// </summary>
internal sealed class Sends(LogWriter writer, RealtimeBook book, RealtimeLane realtime, AccessLimits limits, Rules rules, Receipts receipts)
{
    public Task<Receipt> SendAsync(string user, SendRequest? send)
    {
        if (!limits.TrySend(user, 1, out var wait))
        {
            return Receipts.RefusedAsync(send?.Id, Errors.RateLimited(wait));
        }

        return Submit(user, send, after: null).Receipt;
    }

    /// <summary>As a service, which need not be a member.</summary>
    public Task<Receipt> SendAsServiceAsync(string service, SendRequest? send) => limits.TrySend(service, 1, out var wait)
        ? Submit(service, send, after: null, byService: true).Receipt
        : Receipts.RefusedAsync(send?.Id, Errors.RateLimited(wait));

    /// <summary>
    /// The items enter the log in their order; each has a receipt of its own. What follows an item that is refused to be retried is refused
    /// with it, for it would overtake.
    /// </summary>
    public Task<BatchResult> SendBatchAsync(string user, SendBatchRequest? batch)
    {
        if (rules.Batch(batch) is { } error)
        {
            return Task.FromResult(new BatchResult { Error = error });
        }

        var items = batch!.Items!;
        if (!limits.TrySend(user, items.Count, out var wait))
        {
            return Task.FromResult(new BatchResult { Error = Errors.RateLimited(wait) });
        }

        var pending = new Task<Receipt>[items.Count];
        Append? last = null;
        for (var i = 0; i < pending.Length; i++)
        {
            (pending[i], last) = Submit(user, items[i], last);
        }

        return WhenAllAsync(pending);
    }

    /// <returns>The receipt to come, and the append that the next one of the call must not overtake.</returns>
    private (Task<Receipt> Receipt, Append? Last) Submit(string user, SendRequest? send, Append? after, bool byService = false)
    {
        if (rules.Send(send) is { } error)
        {
            return (Receipts.RefusedAsync(send?.Id, error), after);
        }

        EventTraces.Name(send!.Id);

        // A copy: the element's own memory cannot be had as memory.
        var body = JsonMarshal.GetRawUtf8Value(send.Body).ToArray();
        var append = new Append
        {
            Kind = AppendKind.Message,
            Conversation = send.Conversation!,
            Sender = user,
            ByService = byService,
            Id = send.Id!,
            Type = send.Type!,
            Body = body,
            Hash = ContentHash.Of(AppendKind.Message, send.Conversation!, send.Type!, body, send.ReplyTo, send.ExpiresIn),
            Ref = send.ReplyTo,
            ExpiresIn = send.ExpiresIn,
            After = after,
        };
        return (receipts.OfAsync(append, book.Contains(append.Conversation) ? realtime.Submit(append) : writer.Submit(append)), append);
    }

    private static async Task<BatchResult> WhenAllAsync(Task<Receipt>[] pending) =>
        new() { Ok = true, Receipts = await Task.WhenAll(pending) };
}
