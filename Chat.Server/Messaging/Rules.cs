using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Messaging.Topics;
using Microsoft.Extensions.Options;

namespace Chat.Server.Messaging;

/// <summary>The form of what clients send: which field, which limit. Null means that there is nothing to say against it.</summary>
internal sealed class Rules(IOptions<MessagingOptions> options)
{
    public const int MaxId = 64;
    public const int MaxType = 64;
    public const int MaxConversation = 160;
    public const int MaxEmoji = 32;
    public const int MaxTitle = 200;

    private readonly MessagingOptions _options = options.Value;

    public ChatError? Send(SendRequest? send)
    {
        if (send is null)
        {
            return Missing;
        }

        return Id(send.Id) ?? Conversation(send.Conversation) ?? Type(send.Type) ?? Body(send.Body)
            ?? (send.ReplyTo is null || Names.IsText(send.ReplyTo, MaxId) ? null : BadReplyTo)
            ?? Expiry(send.ExpiresIn);
    }

    public ChatError? Publish(PublishRequest? publish)
    {
        if (publish is null)
        {
            return Missing;
        }

        return Id(publish.Id) ?? (TopicNames.IsName(publish.Topic) ? null : Errors.BadTopic) ?? Type(publish.Type) ?? Body(publish.Body)
            ?? Expiry(publish.ExpiresIn);
    }

    public ChatError? Topics(IReadOnlyList<string>? topics) =>
        topics is { Count: > 0 } && topics.Count <= _options.MaxBatch && topics.All(TopicNames.IsName) && topics.Distinct(StringComparer.Ordinal).Count() == topics.Count
            ? null
            : Errors.Invalid($"topics: 1 to {_options.MaxBatch} different ones; each has {TopicNames.Grammar}.");

    public ChatError? Edit(EditRequest? edit) =>
        edit is null ? Missing : Id(edit.Id) ?? Conversation(edit.Conversation) ?? Reference(edit.Ref) ?? Body(edit.Body);

    public ChatError? Delete(DeleteRequest? delete) =>
        delete is null ? Missing : Id(delete.Id) ?? Conversation(delete.Conversation) ?? Reference(delete.Ref);

    public ChatError? React(ReactRequest? react)
    {
        if (react is null)
        {
            return Missing;
        }

        return Id(react.Id) ?? Conversation(react.Conversation) ?? Reference(react.Ref)
            ?? (react.Emoji is "" || Names.IsText(react.Emoji, MaxEmoji) ? null : BadEmoji);
    }

    public ChatError? Batch(SendBatchRequest? batch) => batch?.Items is { Count: > 0 } items && items.Count <= _options.MaxBatch
        ? null
        : Errors.Invalid($"items: 1 to {_options.MaxBatch} sends.");

    public ChatError? History(HistoryRequest? history)
    {
        if (history is null)
        {
            return Missing;
        }

        var places = (history.Before is null ? 0 : 1) + (history.After is null ? 0 : 1) + (history.Around is null ? 0 : 1);
        return Conversation(history.Conversation)
            ?? (places <= 1 ? null : BadPlace)
            ?? (history.Before is < 0 || history.After is < 0 || history.Around is < 0 ? BadPlace : null)
            ?? (history.Limit is < 1 ? Errors.Invalid($"limit: 1 to {_options.HistoryMax}.") : null);
    }

    public ChatError? Create(CreateConversationRequest? create)
    {
        if (create is null)
        {
            return Missing;
        }

        return (create.Kind is ConversationKinds.Direct or ConversationKinds.Group ? null : BadKind)
            ?? (create.Id is null || Names.IsText(create.Id, MaxId) ? null : BadId)
            ?? (string.IsNullOrEmpty(create.Title) || Names.IsText(create.Title, MaxTitle) ? null : BadTitle)
            ?? (create.Policy is null or ConversationPolicies.Durable or ConversationPolicies.Realtime ? null : BadPolicy)
            ?? Users(create.Members, "members", atLeast: 0);
    }

    /// <param name="atLeast">A missing list counts as empty.</param>
    public ChatError? Users(IReadOnlyList<string>? users, string field, int atLeast, int atMost = int.MaxValue)
    {
        var count = users?.Count ?? 0;
        if (count < atLeast || count > atMost)
        {
            return Errors.Invalid(atMost == int.MaxValue ? $"{field}: at least {atLeast} user." : $"{field}: {atLeast} to {atMost} users.");
        }

        for (var i = 0; i < count; i++)
        {
            if (!Names.IsUser(users![i]))
            {
                return Errors.Invalid($"{field}[{i}]: 1 to {Names.MaxUser} printable characters, no blank at the ends.");
            }
        }

        return null;
    }

    public ChatError? User(string? user) =>
        Names.IsUser(user) ? null : Errors.Invalid($"user: 1 to {Names.MaxUser} printable characters, no blank at the ends.");

    // A conversation's id is the server's: whatever it does not know, malformed or not, is answered alike.
    public ChatError? Conversation(string? conversation) => Names.IsText(conversation, MaxConversation) ? null : Errors.NotFound;

    private static ChatError? Id(string? id) => Names.IsText(id, MaxId) ? null : BadId;

    private static ChatError? Reference(string? reference) => Names.IsText(reference, MaxId) ? null : BadRef;

    private static ChatError? Type(string? type) =>
        !Names.IsText(type, MaxType) ? BadType : type![0] == EventTypes.ReservedPrefix ? ReservedType : null;

    private ChatError? Body(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Undefined)
        {
            return NoBody;
        }

        var raw = JsonMarshal.GetRawUtf8Value(body);
        return raw.Length > _options.MaxBodyBytes
            ? new ChatError(ErrorCodes.TooLarge, $"body: {raw.Length} bytes of JSON; the limit is {_options.MaxBodyBytes}.", Retryable: false)
            : Utf8.IsValid(raw) ? null : BadBody;
    }

    private ChatError? Expiry(double? seconds) => seconds is null || (seconds > 0 && seconds <= _options.MaxExpiry.TotalSeconds)
        ? null
        : Errors.Invalid($"expiresIn: more than 0 and at most {_options.MaxExpiry.TotalSeconds:F0} seconds.");

    private static readonly ChatError Missing = Errors.NoObject;
    private static readonly ChatError BadId = Errors.Invalid($"id: 1 to {MaxId} printable characters.");
    private static readonly ChatError BadRef = Errors.Invalid($"ref: the id of a message, 1 to {MaxId} printable characters.");
    private static readonly ChatError BadReplyTo = Errors.Invalid($"replyTo: the id of a message, 1 to {MaxId} printable characters.");
    private static readonly ChatError BadType = Errors.Invalid($"type: 1 to {MaxType} printable characters.");
    private static readonly ChatError ReservedType = Errors.Invalid("type: those that begin with $ are the server's.");
    private static readonly ChatError NoBody = Errors.Invalid("body: any JSON, but there must be one.");
    private static readonly ChatError BadBody = Errors.Invalid("body: it is not UTF-8.");
    private static readonly ChatError BadEmoji = Errors.Invalid($"emoji: up to {MaxEmoji} printable characters; empty takes the reaction back.");
    private static readonly ChatError BadPlace = Errors.Invalid("before, after, around: at most one of them, 0 or more.");
    private static readonly ChatError BadKind = Errors.Invalid("kind: direct or group.");
    private static readonly ChatError BadTitle = Errors.Invalid($"title: up to {MaxTitle} printable characters.");
    private static readonly ChatError BadPolicy = Errors.Invalid("policy: durable or realtime.");
}
