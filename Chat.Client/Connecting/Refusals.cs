using Chat.Contracts;

namespace Chat.Client.Connecting;

/// <summary>What kind of refusal a code is.</summary>
internal static class Refusals
{
    /// <summary>It is about the token and says nothing of what was asked: a fresh one comes, or the connection is replaced.</summary>
    public static bool IsOfToken(string? code) => code is ErrorCodes.Unauthenticated or ErrorCodes.TokenExpired;

    /// <summary>The same call may succeed later.</summary>
    public static bool IsPassing(ChatError error) => error.Retryable || IsOfToken(error.Code);
}
