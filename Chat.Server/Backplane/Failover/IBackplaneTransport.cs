namespace Chat.Server.Backplane.Failover;

/// <summary>The wire below <see cref="FailoverBackplane"/>. Knows no modes and decides nothing.</summary>
internal interface IBackplaneTransport : IAsyncDisposable
{
    /// <summary>A frame arrived; raised in the order of arrival on the client's own thread, so take it and return.</summary>
    event Action<string, ReadOnlyMemory<byte>>? Received;

    LinkReport Report();

    /// <summary>
    /// Makes a client, connected or still trying, in place of the one there is; subscriptions of the old one are gone.
    /// </summary>
    Task ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Completes when the server has taken the frame; may never complete when it hangs.</summary>
    Task PublishAsync(string channel, byte[] frame);

    /// <summary>
    /// Completes when the server has confirmed; asking again for what is so already only makes sure of it. Once asked for,
    /// a subscription is repeated by the client itself after each reconnect.
    /// </summary>
    Task SetSubscribedAsync(string channel, bool subscribed);

    /// <summary>Asks for an answer that only a server in full service gives; a refusal appears in <see cref="Report"/>.</summary>
    Task CheckAsync();
}

/// <param name="Linked">The client is connected, for commands and for subscriptions.</param>
/// <param name="Interruptions">How many times a connection has broken; a change means that messages were missed.</param>
/// <param name="Refusal">Why the server refuses to serve; a fixed text.</param>
internal readonly record struct LinkReport(bool Linked, int Interruptions, string? Refusal);

/// <summary>No connection string, no Redis.</summary>
internal sealed class AbsentTransport : IBackplaneTransport
{
    public event Action<string, ReadOnlyMemory<byte>>? Received { add { } remove { } }

    public LinkReport Report() => default;

    public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PublishAsync(string channel, byte[] frame) => Task.CompletedTask;

    public Task SetSubscribedAsync(string channel, bool subscribed) => Task.CompletedTask;

    public Task CheckAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
