using Chat.Contracts;

namespace Chat.Server.Api;

/// <summary>Which HTTP status goes with which error code.</summary>
internal static class ApiStatus
{
    public static int Of(ChatError? error) => error?.Code switch
    {
        null => StatusCodes.Status200OK,
        ErrorCodes.Invalid => StatusCodes.Status400BadRequest,
        ErrorCodes.Unauthenticated or ErrorCodes.TokenExpired => StatusCodes.Status401Unauthorized,
        ErrorCodes.Forbidden => StatusCodes.Status403Forbidden,
        ErrorCodes.NotFound => StatusCodes.Status404NotFound,
        ErrorCodes.IdConflict or ErrorCodes.LimitReached => StatusCodes.Status409Conflict,
        ErrorCodes.Locked => StatusCodes.Status423Locked,
        ErrorCodes.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorCodes.RateLimited => StatusCodes.Status429TooManyRequests,
        ErrorCodes.Overloaded or ErrorCodes.StorageUnavailable or ErrorCodes.Draining => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
