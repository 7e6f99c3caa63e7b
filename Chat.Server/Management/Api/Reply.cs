using Chat.Contracts.Management;

namespace Chat.Server.Management.Api;

/// <summary>Why a call is not done.</summary>
internal sealed record Refusal(string Code, string Message, bool Retryable = false, double? RetryAfter = null)
{
    public static Refusal Invalid(string message) => new(ManagementCodes.Invalid, message);

    public static Refusal NotFound(string what) => new(ManagementCodes.NotFound, $"There is no such {what}.");

    public static Refusal StorageUnavailable { get; } =
        new(ManagementCodes.StorageUnavailable, "The database does not answer; what only it knows cannot be told now.", Retryable: true, RetryAfter: 5);

    public static Refusal WorkersUnavailable { get; } =
        new(ManagementCodes.WorkersUnavailable, "No worker answered in time.", Retryable: true, RetryAfter: 5);

    public int Status => Code switch
    {
        ManagementCodes.Invalid => StatusCodes.Status400BadRequest,
        ManagementCodes.Unauthenticated => StatusCodes.Status401Unauthorized,
        ManagementCodes.Forbidden => StatusCodes.Status403Forbidden,
        ManagementCodes.NotFound => StatusCodes.Status404NotFound,
        ManagementCodes.Conflict or ManagementCodes.NotSupported => StatusCodes.Status409Conflict,
        ManagementCodes.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ManagementCodes.RateLimited => StatusCodes.Status429TooManyRequests,
        ManagementCodes.StorageUnavailable or ManagementCodes.WorkersUnavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}

/// <summary>Either an answer or why there is none.</summary>
internal readonly struct Reply<T>
{
    private Reply(T? value, Refusal? refusal)
    {
        Value = value;
        Refusal = refusal;
    }

    public T? Value { get; }

    public Refusal? Refusal { get; }

    public static implicit operator Reply<T>(T value) => new(value, null);

    public static implicit operator Reply<T>(Refusal refusal) => new(default, refusal);
}
