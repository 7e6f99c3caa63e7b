using System.Runtime.InteropServices;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Messaging;

/// <summary>Changes of messages that are there already. They are events of the same log, so who was away sees them on return.</summary>
internal sealed class Edits(LogWriter writer, AccessLimits limits, Rules rules, Receipts receipts)
{
    public Task<Receipt> EditAsync(string user, EditRequest? edit)
    {
        if (Refuse(user, rules.Edit(edit)) is { } error)
        {
            return Receipts.RefusedAsync(edit?.Id, error);
        }

        var body = JsonMarshal.GetRawUtf8Value(edit!.Body).ToArray();
        return Submit(user, AppendKind.Edit, EventTypes.Edit, edit.Id!, edit.Conversation!, edit.Ref!, body);
    }

    public Task<Receipt> DeleteAsync(string user, DeleteRequest? delete) => Refuse(user, rules.Delete(delete)) is { } error
        ? Receipts.RefusedAsync(delete?.Id, error)
        : Submit(user, AppendKind.Delete, EventTypes.Delete, delete!.Id!, delete.Conversation!, delete.Ref!, body: []);

    public Task<Receipt> ReactAsync(string user, ReactRequest? react) => Refuse(user, rules.React(react)) is { } error
        ? Receipts.RefusedAsync(react?.Id, error)
        : Submit(
            user, AppendKind.Reaction, EventTypes.Reaction, react!.Id!, react.Conversation!, react.Ref!,
            JsonSerializer.SerializeToUtf8Bytes(new Reaction(react.Emoji!), ChatJson.Options));

    private ChatError? Refuse(string user, ChatError? malformed) =>
        limits.TrySend(user, 1, out var wait) ? malformed : Errors.RateLimited(wait);

    private Task<Receipt> Submit(string user, AppendKind kind, string type, string id, string conversation, string reference, byte[] body)
    {
        var append = new Append
        {
            Kind = kind,
            Conversation = conversation,
            Sender = user,
            Id = id,
            Type = type,
            Body = body,
            Hash = ContentHash.Of(kind, conversation, type, body, reference),
            Ref = reference,
        };
        return receipts.OfAsync(append, writer.Submit(append));
    }
}
