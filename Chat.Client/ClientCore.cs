using Chat.Client.Connecting;
using Chat.Client.Receiving;
using Chat.Client.Sending;
using Chat.Client.Topics;
using Chat.Contracts;
using Microsoft.Extensions.Logging;

namespace Chat.Client;

/// <summary>The parts of a client and how they hear of one another.</summary>
internal sealed class ClientCore : IAsyncDisposable
{
    private readonly ChatClientOptions _options;
    private readonly Announcer _announcer;
    private readonly OutboxJournal? _journal;
    private int _disposed;

    public ClientCore(ChatClientOptions options, HubSource source)
    {
        _options = options;
        Func<double> random = Random.Shared.NextDouble;
        var logger = options.LoggerFactory.CreateLogger<ChatClient>();
        _journal = options.OutboxPath is { } path ? OutboxJournal.Open(path, logger) : null;
        _announcer = new Announcer(logger);
        Inbox = new Inbox(options, random);
        Tokens = new TokenRefresher(options, () => Outbox!.Wake(WakeOn.SignedIn), random);
        Outbox = new Outbox(options, _journal, receipt => _announcer.Announce(() => ReceiptReceived, receipt), SignInAgain, random);
        Submitter = new Submitter(Outbox, options);
        Subscriptions = new Subscriptions(options, Inbox, Announce, random);
        Loop = new ConnectionLoop(source, options, new SessionHooks(Inbox.Begin, OnOpened, Inbox.Accept, OnNotice), OnChange, random);
        Caller = new Caller(Loop, options.TimeProvider);
    }

    public event Action<ChatConnectionChange>? StateChanged;

    public event Action<Notice>? NoticeReceived;

    public event Action<Receipt>? ReceiptReceived;

    public ConnectionLoop Loop { get; }

    public Caller Caller { get; }

    public TokenRefresher Tokens { get; }

    public Outbox Outbox { get; }

    public Submitter Submitter { get; }

    public Inbox Inbox { get; }

    public Subscriptions Subscriptions { get; }

    public string Device => _options.Device;

    public string? User { get; private set; }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await Inbox.DisposeAsync();
        await Loop.StopAsync();
        if (_journal is not null)
        {
            await _journal.DisposeAsync();
        }

        _announcer.Complete();
        try
        {
            await _announcer.Completion.WaitAsync(_options.CloseTimeout, _options.TimeProvider);
        }
        catch (TimeoutException)
        {
            // A listener is stuck, or is the one that disposes.
        }
    }

    private void OnOpened(HubSession session)
    {
        Outbox.Attach(session);
        Subscriptions.Attach(session);
    }

    private void OnNotice(HubSession session, Notice notice)
    {
        Inbox.Accept(session, notice);
        switch (notice.Kind)
        {
            case NoticeKinds.Welcome:
                User = notice.User;
                break;
            case NoticeKinds.Restored when notice.Dependency is null or "storage":
                Outbox.Wake(WakeOn.Restored);
                break;
            case NoticeKinds.TokenExpiring:
                _ = Tokens.KeepTryingAsync(session);
                break;
            case NoticeKinds.Revoked when notice.Conversation is { } conversation:
                Subscriptions.Revoke(conversation);
                break;
            case NoticeKinds.Draining:
                Loop.Drain(session, BackOff.Seconds(notice.ReconnectAfter) ?? TimeSpan.Zero);
                break;
            case NoticeKinds.Bye:
                session.End(new SessionEnd.SaidBye(notice.Code, notice.Retry ?? true, BackOff.Seconds(notice.RetryAfter)));
                break;
        }

        Announce(notice);
    }

    private void OnChange(ChatConnectionChange change)
    {
        if (change.Current == ChatConnectionState.Closed)
        {
            Outbox.Close(new ChatClosedException(change.Code));
        }

        _announcer.Announce(() => StateChanged, change);
    }

    private void Announce(Notice notice) => _announcer.Announce(() => NoticeReceived, notice);

    // A call was refused for its token although the connection stands.
    private void SignInAgain()
    {
        if (Loop.Current is { } session)
        {
            _ = Tokens.KeepTryingAsync(session);
        }
    }
}
