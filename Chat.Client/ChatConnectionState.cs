namespace Chat.Client;

/// <summary>Where the connection of a <see cref="ChatClient"/> stands.</summary>
public enum ChatConnectionState
{
    /// <summary>Not started.</summary>
    Disconnected,

    /// <summary>Trying for the first time; goes on until it works.</summary>
    Connecting,

    /// <summary>Sends and receives.</summary>
    Connected,

    /// <summary>Was connected; waits for the next attempt or makes it.</summary>
    Reconnecting,

    /// <summary>Still works, but the server is about to leave; the client moves at the time that the server gave it.</summary>
    Draining,

    /// <summary>For good: disposed, or sent away by the server.</summary>
    Closed,
}

/// <summary>A change of the connection, or one more failed attempt.</summary>
/// <param name="Previous">What it was.</param>
/// <param name="Current">What it is; the same as <paramref name="Previous"/> after a further failed attempt.</param>
/// <param name="Code">Why, as one of the error codes of the wire, where the server said so; <c>unauthenticated</c> when it keeps refusing the token.</param>
/// <param name="Exception">What was thrown, where something was.</param>
/// <param name="RetryIn">How long until the next attempt.</param>
public sealed record ChatConnectionChange(
    ChatConnectionState Previous, ChatConnectionState Current, string? Code = null, Exception? Exception = null, TimeSpan? RetryIn = null);
