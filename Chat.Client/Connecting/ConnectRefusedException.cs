using System.Net;

namespace Chat.Client.Connecting;

/// <summary>The server answered the upgrade with something else than a WebSocket.</summary>
internal sealed class ConnectRefusedException(HttpStatusCode status, TimeSpan? retryAfter, Exception inner)
    : IOException($"The server refused the connection with HTTP {(int)status}.", inner)
{
    public HttpStatusCode Status { get; } = status;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}
