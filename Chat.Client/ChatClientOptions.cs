using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Client;

/// <summary>How a <see cref="ChatClient"/> connects, sends and receives. Read once, when the client is made.</summary>
public sealed class ChatClientOptions
{
    /// <summary>Where the server is, <c>http</c>, <c>https</c>, <c>ws</c> or <c>wss</c>. Without a path the hub's own path is added.
    /// Needed unless the client is made over connections of the caller.</summary>
    public Uri? Url { get; set; }

    /// <summary>Asked for a token before every connect and whenever the server says that the present one expires.
    /// <c>null</c> connects without one.</summary>
    public Func<CancellationToken, ValueTask<string?>>? AccessTokenProvider { get; set; }

    /// <summary>
    /// Names the queue on the server that this client empties. The default is random, made once for each options instance, so that tabs
    /// and processes each see everything. An application that must continue after a restart where it stopped sets
    /// one that stays the same and that no other running instance of the same user has.
    /// </summary>
    public string Device { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>Whether events are handed to handlers. With <c>false</c> they are acknowledged and dropped: for clients that only send.</summary>
    public bool ReceiveEvents { get; set; } = true;

    /// <summary>Positions from <see cref="ChatClient.GetPositions"/> of an earlier run; what lies at or before them is not handed out again.</summary>
    public IReadOnlyDictionary<string, InboxPosition>? Positions { get; set; }

    /// <summary>File that keeps sends until their receipt, so that they survive a restart of the application. <c>null</c>: memory only.
    /// One running client a file.</summary>
    public string? OutboxPath { get; set; }

    /// <summary>Most sends that may wait for a receipt; one more throws <see cref="OutboxFullException"/>.</summary>
    public int OutboxCapacity { get; set; } = 10_000;

    /// <summary>Most outbox calls under way at once, one a conversation. The server runs 16 calls of a connection at once; the rest is
    /// left for acknowledgements, queries and pings, which must not queue behind sends.</summary>
    public int MaxInFlight { get; set; } = 12;

    /// <summary>Most sends of a conversation that travel in one call.</summary>
    public int MaxBatch { get; set; } = 64;

    /// <summary>Largest body in bytes of JSON; a larger one is refused with <c>too_large</c> before it is sent.</summary>
    public int MaxBodyBytes { get; set; } = 32 * 1024;

    /// <summary>Most events that wait for their handlers. What comes on top is read from the history when there is room.</summary>
    public int InboxCapacity { get; set; } = 8_192;

    /// <summary>How often the handlers are run again at once when one throws, before the event waits for the server to send it again.</summary>
    public int HandlerRetries { get; set; }

    /// <summary>Wait before the first of those runs; each further one waits twice as long.</summary>
    public TimeSpan HandlerRetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// What the server is told when handlers have failed, up to 500 characters: operators read it beside the dead letter. <c>null</c> for the
    /// exception's type and message. An answer of <c>null</c> tells nothing; the failure then counts when the acknowledgement stays away.
    /// </summary>
    public Func<Exception, string?>? DescribeHandlerError { get; set; }

    /// <summary>An acknowledgement is sent at the latest so long after the handler ran.</summary>
    public TimeSpan AckDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>An acknowledgement is sent at the latest after so many events.</summary>
    public int AckBatch { get; set; } = 128;

    /// <summary>The first wait before a reconnect is random between zero and this; each further failure doubles it.</summary>
    public TimeSpan BackOffBase { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The upper end of the random wait never exceeds this.</summary>
    public TimeSpan BackOffCap { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait between attempts while the server keeps refusing the token.</summary>
    public TimeSpan UnauthenticatedDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection that lived so long counts as a success: the next back-off starts small again.</summary>
    public TimeSpan StableAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time to wait for one connection attempt, handshake included.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A call that has no answer by then shows that the connection is stuck: it is replaced, and the call repeated.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time that a clean close may take before the connection is aborted.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A connection over which nothing came for so long, not even a keep-alive, is lost.</summary>
    public TimeSpan ServerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the client sends a keep-alive.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>After so long without an event or an answer the watchdog asks the server for its time.</summary>
    public TimeSpan WatchdogInterval { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>A watchdog's question that is not answered by then replaces the connection.</summary>
    public TimeSpan WatchdogTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Proxy, certificates and headers of the WebSocket.</summary>
    public Action<ClientWebSocketOptions>? ConfigureWebSocket { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the client logs.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    internal ChatClientOptions Copy() => (ChatClientOptions)MemberwiseClone();
}
