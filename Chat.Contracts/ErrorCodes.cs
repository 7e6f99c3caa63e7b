namespace Chat.Contracts;

/// <summary>Every error code of the wire. The group says what to do: fix the request, sign in again, retry later, reconnect elsewhere.</summary>
public static class ErrorCodes
{
    // Fix the request.

    /// <summary>A field is missing, too long or malformed.</summary>
    public const string Invalid = "invalid";

    /// <summary>The body is larger than the limit.</summary>
    public const string TooLarge = "too_large";

    /// <summary>Absent, malformed or forbidden: one answer for all three.</summary>
    public const string NotFound = "not_found";

    /// <summary>The caller sees the conversation but may not do this in it.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>An operator has locked the conversation: it can be read, and nothing can be sent to it.</summary>
    public const string Locked = "locked";

    /// <summary>The same id was used before with another content.</summary>
    public const string IdConflict = "id_conflict";

    /// <summary>A fixed bound is reached (members, devices, subscriptions).</summary>
    public const string LimitReached = "limit_reached";

    // Sign in again.

    /// <summary>No valid token.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>The token has expired.</summary>
    public const string TokenExpired = "token_expired";

    // Retry later.

    /// <summary>Too many calls; <c>retryAfter</c> says when a token is there again.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>The server's queue is full.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>Storage does not answer; nothing was lost, the same id may be sent again.</summary>
    public const string StorageUnavailable = "storage_unavailable";

    /// <summary>A surprise on the server's side; the trace id finds it in the log.</summary>
    public const string Internal = "internal";

    // Reconnect elsewhere.

    /// <summary>This process is shutting down.</summary>
    public const string Draining = "draining";

    // Codes of bye.

    /// <summary>The client did not acknowledge in time; reconnecting catches up.</summary>
    public const string AckTimeout = "ack_timeout";

    /// <summary>The user or the connection was closed by an operator.</summary>
    public const string Disconnected = "disconnected";

    /// <summary>More connections than a user may have.</summary>
    public const string TooManyConnections = "too_many_connections";
}
