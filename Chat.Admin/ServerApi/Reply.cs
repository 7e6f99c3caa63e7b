using Chat.Contracts;

namespace Chat.Admin.ServerApi;

/// <summary>Either what a node said or why there is nothing.</summary>
internal sealed record Reply<T>(T? Value, ChatError? Error)
    where T : class
{
    public static implicit operator Reply<T>(T value) => new(value, null);

    public static Reply<T> Failed(string code, string message) => new(null, new ChatError(code, message, Retryable: true));
}

/// <summary>Codes that only the console gives.</summary>
internal static class ReplyCodes
{
    /// <summary>No connection, or none within the time.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>It answered what it should not.</summary>
    public const string Unreadable = "unreadable";
}
