using System.Net;

namespace Chat.Client.Connecting;

/// <summary>Why a connection is no more, or never was.</summary>
internal abstract record SessionEnd
{
    private SessionEnd()
    {
    }

    /// <summary>The attempt failed.</summary>
    public sealed record NotConnected(Exception Exception, bool Unauthenticated, TimeSpan? RetryAfter) : SessionEnd
    {
        public static NotConnected Of(Exception exception) => exception switch
        {
            ConnectRefusedException e => new(e, e.Status == HttpStatusCode.Unauthorized, e.RetryAfter),
            HttpRequestException { StatusCode: HttpStatusCode.Unauthorized } e => new(e, true, null),
            _ => new(exception, false, null),
        };
    }

    /// <summary>It was there and broke.</summary>
    public sealed record Lost(Exception? Exception) : SessionEnd;

    /// <summary>The server said goodbye.</summary>
    public sealed record SaidBye(string? Code, bool Retry, TimeSpan? RetryAfter) : SessionEnd;

    /// <summary>The server drains, and the time that it gave this client has come.</summary>
    public sealed record SlotReached : SessionEnd;

    /// <summary>It looked connected but answered no more.</summary>
    public sealed record Stuck : SessionEnd;

    /// <summary>The client itself closes.</summary>
    public sealed record Stopped : SessionEnd;
}
