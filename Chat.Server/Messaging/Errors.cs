using System.Diagnostics;
using System.Security.Claims;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Server.Messaging.Topics;

namespace Chat.Server.Messaging;

/// <summary>Every refusal of a call, worded once.</summary>
internal static class Errors
{
    public static readonly ChatError NotFound =
        new(ErrorCodes.NotFound, "There is no such conversation, or the caller is not a member of it.", Retryable: false);

    public static readonly ChatError RefNotFound =
        new(ErrorCodes.NotFound, "ref: there is no such message in the conversation, or it is gone.", Retryable: false);

    public static readonly ChatError Forbidden =
        new(ErrorCodes.Forbidden, "The caller may not do this in this conversation.", Retryable: false);

    /// <summary>Not why: that is between operators.</summary>
    public static readonly ChatError Locked =
        new(ErrorCodes.Locked, "An operator has locked the conversation: it can be read, and nothing can be sent to it.", Retryable: false);

    public static readonly ChatError IdConflict =
        new(ErrorCodes.IdConflict, "id: it was used before for something else.", Retryable: false);

    public static readonly ChatError LimitReached =
        new(ErrorCodes.LimitReached, "The conversation would have too many members.", Retryable: false);

    public static readonly ChatError Unstorable =
        new(ErrorCodes.Invalid, "The database cannot hold this text.", Retryable: false);

    public static readonly ChatError Draining =
        new(ErrorCodes.Draining, "This server is shutting down; reconnect.", Retryable: true);

    /// <summary>The same whether the topic is absent or the caller has no right to it.</summary>
    public static readonly ChatError TopicNotFound =
        new(ErrorCodes.NotFound, "There is no such topic, or the caller may not use it so.", Retryable: false);

    public static readonly ChatError TooManySubscriptions =
        new(ErrorCodes.LimitReached, "Too many topics are followed already (Topics:MaxSubscriptions).", Retryable: false);

    public static readonly ChatError NoObject = Invalid("The call needs one object.");

    public static readonly ChatError BadTopic = Invalid($"topic: {TopicNames.Grammar}.");

    public static readonly ChatError BadFrom = Invalid("from: head, last, start, or a seq of 0 or more.");

    /// <summary>Null for users, and for services whose key has the role.</summary>
    public static ChatError? MissingRole(ClaimsPrincipal caller, string role) => Callers.IsService(caller) && !Callers.HasRole(caller, role)
        ? new(ErrorCodes.Forbidden, $"The key does not have the role {role}.", Retryable: false)
        : null;

    public static ChatError Invalid(string message) => new(ErrorCodes.Invalid, message, Retryable: false);

    public static ChatError Overloaded(TimeSpan? wait) =>
        new(ErrorCodes.Overloaded, "The server has too much to do.", Retryable: true, RetryAfter: AccessErrors.Seconds(wait ?? TimeSpan.FromSeconds(1)));

    public static ChatError RateLimited(TimeSpan wait) => AccessErrors.RateLimited(wait);

    public static ChatError StorageUnavailable(TimeSpan? wait) =>
        new(ErrorCodes.StorageUnavailable, "Storage does not answer; the same id may be sent again.", Retryable: true, RetryAfter: AccessErrors.Seconds(wait ?? TimeSpan.FromSeconds(30)));

    public static ChatError Internal(string traceId) =>
        new(ErrorCodes.Internal, "Something went wrong on the server.", Retryable: true, RetryAfter: 5, TraceId: traceId);

    /// <summary>The trace of the call when it is traced, else a name of its own.</summary>
    public static string NewTraceId() => (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();
}
