using Chat.Contracts;

namespace Chat.Server.Access;

/// <summary>Refusals that are decided before anybody looks at what is asked.</summary>
internal static class AccessErrors
{
    public static ChatError RateLimited(TimeSpan wait) =>
        new(ErrorCodes.RateLimited, "Too many calls.", Retryable: true, RetryAfter: Seconds(wait));

    public static ChatError TooManyConnections { get; } =
        new(ErrorCodes.TooManyConnections, "The user has too many connections.", Retryable: false);

    public static ChatError Blocked { get; } = new(ErrorCodes.Forbidden, "The user is shut out.", Retryable: false);

    public static ChatError OtherSubject { get; } =
        new(ErrorCodes.Forbidden, "token: it is another user's; a connection keeps its user.", Retryable: false);

    public static ChatError OriginRefused { get; } =
        new(ErrorCodes.Forbidden, "Pages of this origin may not use the hub (Auth:AllowedOrigins).", Retryable: false);

    public static ChatError HttpsRequired { get; } =
        new(ErrorCodes.Forbidden, "Use https (or set Auth:BehindProxy when a proxy ends TLS).", Retryable: false);

    public static ChatError BadDevice { get; } =
        new(ErrorCodes.Invalid, $"device: 1 to {Names.MaxDevice} printable characters.", Retryable: false);

    /// <summary>Rounded up to hundredths: never too early, and readable.</summary>
    public static double Seconds(TimeSpan wait) => Math.Ceiling(wait.TotalSeconds * 100) / 100;
}
