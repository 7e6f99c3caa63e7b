using System.Diagnostics;
using Chat.Contracts;
using Chat.Server.Access;

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

    public static readonly ChatError IdConflict =
        new(ErrorCodes.IdConflict, "id: it was used before for something else.", Retryable: false);

    public static readonly ChatError LimitReached =
        new(ErrorCodes.LimitReached, "The conversation would have too many members.", Retryable: false);

    public static readonly ChatError Unstorable =
        new(ErrorCodes.Invalid, "The database cannot hold this text.", Retryable: false);

    public static readonly ChatError Draining =
        new(ErrorCodes.Draining, "This server is shutting down; reconnect.", Retryable: true);

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
