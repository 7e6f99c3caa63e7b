using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Chat.Client.Connecting;
using Chat.Client.Receiving;
using Chat.Client.Sending;
using Chat.Client.Topics;
using Chat.Contracts;
using Microsoft.AspNetCore.SignalR.Client;

namespace Chat.Client;

/// <summary>
/// A client of the messaging server that loses nothing: it connects for ever, keeps every send until its receipt, and hands
/// out every event once and in order. Register handlers, then <see cref="Start"/>. Thread-safe.
/// </summary>
public sealed class ChatClient : IAsyncDisposable
{
    private readonly ClientCore _core;

    /// <summary>A client with connections of its own: WebSockets without negotiation.</summary>
    /// <param name="options">At least <see cref="ChatClientOptions.Url"/>.</param>
    public ChatClient(ChatClientOptions options)
        : this(options, needsUrl: true, HubSource.Of)
    {
    }

    /// <summary>A client over connections that the caller configures, one for each attempt. Address, token, device and time-outs are the
    /// caller's then; the client starts, stops and disposes what it was given.</summary>
    /// <param name="connections">Makes a connection that is not started.</param>
    /// <param name="options">Everything else.</param>
    public ChatClient(Func<HubConnection> connections, ChatClientOptions? options = null)
        : this(options ?? new ChatClientOptions(), needsUrl: false, _ => HubSource.Of(connections))
    {
    }

    /// <summary>A client over one connection of the caller's, which it starts and stops as needed and does not dispose.</summary>
    /// <param name="connection">Not started yet; a started one is started anew, so that nothing arrives before the client listens.</param>
    /// <param name="options">Everything else.</param>
    public ChatClient(HubConnection connection, ChatClientOptions? options = null)
        : this(options ?? new ChatClientOptions(), needsUrl: false, _ => HubSource.Of(connection))
    {
    }

    private ChatClient(ChatClientOptions options, bool needsUrl, Func<ChatClientOptions, HubSource> source)
    {
        ArgumentNullException.ThrowIfNull(options);
        ChatClientOptionsCheck.Check(options, needsUrl);

        // A copy: what the caller changes later must not change a running client.
        var copy = options.Copy();
        _core = new ClientCore(copy, source(copy));
    }

    /// <summary>Raised on every change of the connection and every further failed attempt, in order, away from the connection.</summary>
    public event Action<ChatConnectionChange>? StateChanged
    {
        add => _core.StateChanged += value;
        remove => _core.StateChanged -= value;
    }

    /// <summary>Raised for every notice of the server, in order, away from the connection.</summary>
    public event Action<Notice>? NoticeReceived
    {
        add => _core.NoticeReceived += value;
        remove => _core.NoticeReceived -= value;
    }

    /// <summary>Raised for every receipt, also of sends that an earlier run of the application left on disk.</summary>
    public event Action<Receipt>? ReceiptReceived
    {
        add => _core.ReceiptReceived += value;
        remove => _core.ReceiptReceived -= value;
    }

    /// <summary>Where the connection stands.</summary>
    public ChatConnectionState State => _core.Loop.State;

    /// <summary>The queue on the server that this client empties.</summary>
    public string Device => _core.Device;

    /// <summary>Who the server says the connection belongs to; <c>null</c> before the first.</summary>
    public string? User => _core.User;

    /// <summary>Sends that have no receipt yet, oldest first; after a restart with an outbox on disk, those of the earlier run too.</summary>
    public IReadOnlyList<PendingSend> PendingSends => _core.Outbox.Pending;

    internal Submitter Submitter => _core.Submitter;

    internal Caller Caller => _core.Caller;

    internal Subscriptions Subscriptions => _core.Subscriptions;

    /// <summary>Begins to connect and returns. Goes on until the client is disposed or the server sends it away for good.</summary>
    public void Start() => _core.Loop.Start();

    /// <summary>Begins to connect, if that has not happened, and waits until there is a connection.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the trying.</param>
    /// <exception cref="ChatClosedException">The client is closed.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        Start();
        await _core.Loop.SessionAsync(cancellationToken);
    }

    /// <summary>
    /// Hands every event to the handler: of each conversation in order and one at a time, of different conversations side by
    /// side. The event is acknowledged when all handlers returned. When one throws, the event and everything
    /// behind it in its conversation wait until the server sends it again (after 15 s, or on the next connection); after
    /// several rounds the server gives it up, and the notice <c>skipped</c> tells so. Other conversations go on.
    /// </summary>
    /// <param name="handler">Its token is cancelled when the client closes.</param>
    /// <returns>Dispose it to remove the handler.</returns>
    public IDisposable OnEvent(Func<ChatEvent, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _core.Inbox.Handlers.Add(handler);
    }

    /// <summary>As <see cref="OnEvent(Func{ChatEvent, CancellationToken, Task})"/>, for events of one type with a body of one type.</summary>
    /// <param name="type">The event type; others are passed over.</param>
    /// <param name="handler">Gets the event and its body; the body is <c>null</c> when it was deleted or has expired.</param>
    /// <returns>Dispose it to remove the handler.</returns>
    public IDisposable OnEvent<TBody>(string type, Func<ChatEvent, TBody?, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(handler);
        return OnEvent((e, cancellationToken) => e.Type == type
            ? handler(e, e.Body is { } body ? body.Deserialize<TBody>(ChatJson.Options) : default, cancellationToken)
            : Task.CompletedTask);
    }

    /// <summary>Events as a stream, instead of a handler. An event is acknowledged when the next one is asked for; one that a reader left
    /// in the middle goes to the next reader or handler.</summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<ChatEvent> ReadEventsAsync(CancellationToken cancellationToken = default)
        => new EventReader(_core.Inbox).ReadAsync(cancellationToken);

    /// <summary>Notices as a stream, from now on. A reader that falls far behind misses the oldest.</summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async IAsyncEnumerable<Notice> ReadNoticesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var notices = Channel.CreateBounded<Notice>(new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropOldest });
        void Write(Notice notice) => notices.Writer.TryWrite(notice);
        using var closing = _core.Inbox.Stopping.UnsafeRegister(_ => notices.Writer.TryComplete(), null);
        NoticeReceived += Write;
        try
        {
            await foreach (var notice in notices.Reader.ReadAllAsync(cancellationToken))
            {
                yield return notice;
            }
        }
        finally
        {
            NoticeReceived -= Write;
        }
    }

    /// <summary>How far the application has handled each conversation. Kept with what the handlers wrote and given back as
    /// <see cref="ChatClientOptions.Positions"/>, it makes handling exactly-once across restarts.</summary>
    public IReadOnlyDictionary<string, InboxPosition> GetPositions() => _core.Inbox.Positions;

    /// <summary>Puts a message into the outbox; done when it is there, on disk if the outbox is.</summary>
    /// <param name="request">Without an id it gets one.</param>
    /// <param name="cancellationToken">For the putting only: the send goes on without it.</param>
    /// <exception cref="OutboxFullException">Too many sends have no receipt.</exception>
    /// <exception cref="ChatClosedException">The client is closed.</exception>
    public Task<PendingSend> EnqueueAsync(SendRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Submitter.EnqueueAsync(OutboxMethods.Send, request, cancellationToken);
    }

    /// <summary>Puts a message for a topic into the outbox; done when it is there, on disk if the outbox is.</summary>
    /// <param name="request">Without an id it gets one.</param>
    /// <param name="cancellationToken">For the putting only: the send goes on without it.</param>
    /// <exception cref="OutboxFullException">Too many sends have no receipt.</exception>
    /// <exception cref="ChatClosedException">The client is closed.</exception>
    public Task<PendingSend> EnqueueAsync(PublishRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Submitter.EnqueueAsync(OutboxMethods.Publish, request, cancellationToken);
    }

    /// <summary>Waits until every send has its receipt.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ChatClosedException">The client closed first.</exception>
    public Task WhenSentAsync(CancellationToken cancellationToken = default) => _core.Outbox.WhenEmptyAsync(cancellationToken);

    /// <summary>Fetches a token from <see cref="ChatClientOptions.AccessTokenProvider"/> and gives it to the connection. Happens by itself when
    /// the server says that the present one expires.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Result> RefreshTokenAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var session = await _core.Loop.SessionAsync(cancellationToken);
            try
            {
                return await _core.Tokens.RefreshAsync(session, cancellationToken);
            }
            catch (SessionLostException)
            {
                // The next connection fetches a token by itself; it is given once more to learn the server's answer.
            }
        }
    }

    /// <summary>Stops the handlers, acknowledges what they handled and closes the connection, all within the close time-out. Sends without a
    /// receipt fail with <see cref="ChatClosedException"/>; those in an outbox on disk go out with the next client.</summary>
    public ValueTask DisposeAsync() => _core.DisposeAsync();
}
