using System.Collections.Concurrent;
using Chat.Client.Connecting;
using Chat.Contracts;
using Microsoft.Extensions.Logging;

namespace Chat.Client.Receiving;

/// <summary>
/// Takes events off the connection without ever holding it up, brings each conversation's into order, and has them handled
/// and acknowledged.
/// </summary>
internal sealed partial class Inbox : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConversationInbox> _conversations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ConversationInbox, byte> _held = [];
    private readonly ChatClientOptions _options;
    private readonly ILogger _logger;
    private readonly InboxLoad _load;
    private readonly Acknowledger _acknowledger;
    private readonly GapFiller _filler;
    private readonly HandlerRunner _runner;
    private HubSession? _session;

    public Inbox(ChatClientOptions options, Func<double> random)
    {
        _options = options;
        _logger = options.LoggerFactory.CreateLogger<Inbox>();
        _load = new InboxLoad(options.InboxCapacity);
        _acknowledger = new Acknowledger(options);
        _filler = new GapFiller(options, Arrived, random);
        _runner = new HandlerRunner(options, _load, _acknowledger, Emptied);
        Handlers.Added += RunAll;
        foreach (var (conversation, position) in options.Positions ?? new Dictionary<string, InboxPosition>())
        {
            Of(conversation).StartAt(position.Epoch, position.Seq);
        }
    }

    public EventHandlers Handlers => _runner.Handlers;

    /// <summary>Cancelled when the client closes.</summary>
    public CancellationToken Stopping => _runner.Stopping;

    public IReadOnlyDictionary<string, InboxPosition> Positions
        => _conversations.Values
            .Select(conversation => (conversation.Conversation, Position: conversation.Position()))
            .Where(pair => pair.Position is not null)
            .ToDictionary(pair => pair.Conversation, pair => pair.Position!.Value, StringComparer.Ordinal);

    /// <summary>Before the first event of a connection can arrive.</summary>
    public void Begin(HubSession session)
    {
        Volatile.Write(ref _session, session);
        _acknowledger.Begin(session);
        foreach (var conversation in _conversations.Values)
        {
            conversation.BeginSession();
        }
    }

    public void Accept(HubSession session, IReadOnlyList<ChatEvent> events)
    {
        if (!IsCurrent(session))
        {
            // Left over from the last connection; the present one sends it again.
            return;
        }

        foreach (var e in events)
        {
            var conversation = Of(e.Conversation);
            if (conversation.Offer(e, live: true) is var arrival and not Arrival.AlreadyReplayed)
            {
                Arrived(conversation, arrival);
            }
            else
            {
                _acknowledger.Tell(new AckPosition(e.Conversation, e.Seq!.Value));
            }
        }
    }

    /// <summary>Notices that move a position; they come in the same ordered pipe as the events.</summary>
    public void Accept(HubSession session, Notice notice)
    {
        if (!IsCurrent(session) || notice.Conversation is not { } id)
        {
            return;
        }

        switch (notice)
        {
            case { Kind: NoticeKinds.Reset, Head: { } head }:
                Of(id).Reset(head);
                _runner.Run(Of(id));
                break;
            case { Kind: NoticeKinds.Truncated, From: { } from, To: { } to }:
                Arrived(Of(id), Of(id).Truncate(from, to));
                break;
            case { Kind: NoticeKinds.Skipped, Seq: { } seq }:
                Log.Skipped(_logger, id, seq, notice.Reason);
                Arrived(Of(id), Of(id).Skip(seq));
                break;
        }
    }

    /// <summary>The last seq taken in, from which a subscription that ended with its connection goes on.</summary>
    public long? AcceptedOf(string conversation) => _conversations.TryGetValue(conversation, out var known) ? known.Accepted() : null;

    public void StartAt(string conversation, long seq) => Of(conversation).StartAt(null, seq);

    public void Forget(string conversation) => _conversations.TryRemove(conversation, out _);

    /// <summary>Stops the handlers and tells the server what was handled.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _runner.StopAsync().WaitAsync(_options.CloseTimeout, _options.TimeProvider);
            await _acknowledger.Flush().WaitAsync(_options.CloseTimeout, _options.TimeProvider);
        }
        catch (TimeoutException)
        {
            // A handler ignores its token, or is the one that disposes; what it did not finish is sent again to the next connection.
        }

        _acknowledger.Dispose();
    }

    private bool IsCurrent(HubSession session) => ReferenceEquals(session, Volatile.Read(ref _session));

    private ConversationInbox Of(string conversation)
        => _conversations.GetOrAdd(conversation, static (id, load) => new ConversationInbox(id, load), _load);

    private void Arrived(ConversationInbox conversation, Arrival arrival)
    {
        switch (arrival)
        {
            case Arrival.Queued:
                _runner.Run(conversation);
                break;
            case Arrival.AlreadyHandled:
                _acknowledger.Due(conversation, _load.IsIdle);
                break;
            case Arrival.Gap:
                _runner.Run(conversation);
                Fill(conversation);
                break;
        }
    }

    private void Fill(ConversationInbox conversation)
    {
        if (!_load.HasRoom)
        {
            _held.TryAdd(conversation, 0);
            GoOnWithHeld();
        }
        else if (Volatile.Read(ref _session) is { IsOver: false } session && conversation.TryStartFilling())
        {
            _ = FillAsync(conversation, session);
        }
    }

    private async Task FillAsync(ConversationInbox conversation, HubSession session)
    {
        await _filler.FillAsync(conversation, session);

        // It also ends for want of room; then this holds the conversation until there is some.
        Fill(conversation);
    }

    private void RunAll()
    {
        foreach (var conversation in _conversations.Values)
        {
            _runner.Run(conversation);
        }
    }

    private void Emptied(ConversationInbox conversation)
    {
        Fill(conversation);
        GoOnWithHeld();
    }

    // A conversation may be held just after the last run that could have noticed, so both look.
    private void GoOnWithHeld()
    {
        foreach (var conversation in _load.HasRoom ? _held.Keys : [])
        {
            if (_held.TryRemove(conversation, out _))
            {
                _runner.Run(conversation);
                Fill(conversation);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5021, LogLevel.Warning, "{Conversation}: the server gave up event {Seq} for this device ({Reason})", EventName = "Skipped")]
        public static partial void Skipped(ILogger logger, string conversation, long seq, string? reason);
    }
}
