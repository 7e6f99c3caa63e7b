using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Tests.Support.Clients;

/// <summary>
/// A user's device as the protocol's documentation makes it: connects, handles <c>Events</c>, calls <c>Ack</c>. It keeps what it
/// saw and, given a <see cref="History"/>, records it. <see cref="ConnectAsync"/> may be called again after a connection ended.
/// </summary>
internal abstract class TestClient(string user, string? device, History? history) : IAsyncDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(20);
    private readonly Lock _lock = new();
    private readonly HashSet<(string Conversation, long Epoch, long Seq)> _seen = [];
    private readonly Dictionary<string, long> _heads = [];
    private int _connections;

    public string User => user;

    public string? Device => device;

    /// <summary>Everything that arrived, repeats and provisional events included.</summary>
    public Recorded<ChatEvent> Arrived { get; } = new();

    /// <summary>What an application would see: stored events, each once, in the order in which they arrived.</summary>
    public Recorded<ChatEvent> Inbox { get; } = new();

    public Recorded<Notice> Notices { get; } = new();

    /// <summary>Acknowledge every batch when it was taken. Set before connecting.</summary>
    public bool AutoAck { get; set; } = true;

    /// <summary>Names the connection in the history; another one after each connect.</summary>
    protected string ConnectionName => $"{user}/{device}/{_connections}";

    public abstract bool IsConnected { get; }

    /// <summary>Ends when the connection does, with the reason if there is one.</summary>
    public abstract Task<string?> Closed { get; }

    public async Task ConnectAsync()
    {
        _connections++;
        await OpenAsync();
    }

    /// <summary>Closes in good order.</summary>
    public abstract Task DisconnectAsync();

    /// <summary>Any method of the hub.</summary>
    public async Task<T> CallAsync<T>(string method, object request)
    {
        var answer = await InvokeAsync(method, request).WaitAsync(AnswerPatience);
        return answer.Deserialize<T>(ChatJson.Options) ?? throw new InvalidOperationException($"{method} answered null.");
    }

    /// <summary>Sends once and records the answer, whatever it is; throws when there is none.</summary>
    public Task<Receipt> SendAsync(string conversation, object? body, string? id = null, string type = "text")
    {
        var content = JsonSerializer.SerializeToElement(body, ChatJson.Options);
        var send = new SendRequest(id ?? NewId(), conversation, type, content);
        return RecordedAsync("Send", send, send.Id!, conversation, content);
    }

    /// <summary>As <see cref="SendAsync"/>, to a topic.</summary>
    public Task<Receipt> PublishAsync(string topic, object? body, string? id = null, string type = "text")
    {
        var content = JsonSerializer.SerializeToElement(body, ChatJson.Options);
        var publish = new PublishRequest(id ?? NewId(), topic, type, content);
        return RecordedAsync("Publish", publish, publish.Id!, $"topic:{topic}", content);
    }

    public async Task<Conversation> CreateGroupAsync(params string[] members)
    {
        var result = await CallAsync<ConversationResult>(
            "CreateConversation", new CreateConversationRequest(ConversationKinds.Group, members, NewId()));
        return result.Conversation ?? throw new InvalidOperationException($"CreateConversation was refused: {result.Error}");
    }

    public async Task<Conversation> CreateDirectAsync(string other)
    {
        var result = await CallAsync<ConversationResult>(
            "CreateConversation", new CreateConversationRequest(ConversationKinds.Direct, [other]));
        return result.Conversation ?? throw new InvalidOperationException($"CreateConversation was refused: {result.Error}");
    }

    /// <summary>As <see cref="CreateDirectAsync"/>, of a server that was started just now: on a busy machine it may take its database for lost at first.</summary>
    public async Task<string> BeginDirectAsync(string other)
    {
        var request = new CreateConversationRequest(ConversationKinds.Direct, [other]);
        var result = await Eventually.GetAsync(() => CallAsync<ConversationResult>("CreateConversation", request), r => r is { Ok: true } or { Error.Retryable: false }, "the conversation begins");
        return result.Conversation?.Id ?? throw new InvalidOperationException($"CreateConversation was refused: {result.Error}");
    }

    /// <summary>Sends, again and under the same id while it is told to come back, as clients do.</summary>
    public async Task<Receipt> SendUntilTakenAsync(string conversation, object? body)
    {
        var id = NewId();
        return await Eventually.GetAsync(() => SendAsync(conversation, body, id), r => r is { Ok: true } or { Error.Retryable: false }, "the send is taken");
    }

    public abstract Task AckAsync(params AckPosition[] positions);

    /// <summary>The first event of the inbox with this id.</summary>
    public Task<ChatEvent> WaitForAsync(string id, TimeSpan? within = null) => Inbox.WaitForAsync(e => e.Id == id, within);

    /// <summary>The first notice of this kind.</summary>
    public Task<Notice> WaitForNoticeAsync(string kind, TimeSpan? within = null) => Notices.WaitForAsync(n => n.Kind == kind, within);

    public abstract ValueTask DisposeAsync();

    protected abstract Task OpenAsync();

    /// <summary>Throws a <see cref="HubException"/> when the hub failed, anything else when there was no answer.</summary>
    protected abstract Task<JsonElement> InvokeAsync(string method, object request);

    protected void OnConnected() => history?.Connected(user, device, ConnectionName);

    protected void OnClosed(string? reason) => history?.Disconnected(user, device, ConnectionName, reason);

    /// <summary>Answers what to acknowledge.</summary>
    protected IReadOnlyList<AckPosition> OnEvents(IReadOnlyList<ChatEvent> events)
    {
        lock (_lock)
        {
            foreach (var next in events)
            {
                Arrived.Add(next);
                history?.Arrived(user, device, next, ConnectionName);
                // A provisional event is for the eye only: its stored twin follows, with a seq.
                if (next.Seq is { } seq && _seen.Add((next.Conversation, next.Epoch, seq)))
                {
                    _heads[next.Conversation] = seq;
                    history?.Received(user, device, next, ConnectionName);
                    Inbox.Add(next);
                }
            }
        }

        return [.. events.Where(e => e.Seq is not null).GroupBy(e => e.Conversation)
            .Select(g => new AckPosition(g.Key, g.Max(e => e.Seq!.Value)))];
    }

    protected void OnNotice(Notice notice)
    {
        if (notice is { Conversation: { } conversation } && Announced(notice, conversation) is var (from, to) && from <= to)
        {
            history?.Gap(user, device, conversation, from, to, notice.Kind);
        }

        Notices.Add(notice);
    }

    private static string NewId() => Guid.CreateVersion7().ToString("N");

    private (long From, long To) Announced(Notice notice, string conversation)
    {
        lock (_lock)
        {
            return notice switch
            {
                { Kind: NoticeKinds.Truncated, From: { } from, To: { } to } => (from, to),
                { Kind: NoticeKinds.Skipped, Seq: { } seq } => (seq, seq),
                { Kind: NoticeKinds.Reset, Head: { } head } => (_heads.GetValueOrDefault(conversation) + 1, head),
                _ => (1, 0),
            };
        }
    }

    private async Task<Receipt> RecordedAsync(string method, object request, string id, string conversation, JsonElement body)
    {
        var call = history?.Send(user, conversation, id, ConnectionName, body);
        try
        {
            var receipt = await CallAsync<Receipt>(method, request);
            call?.Answered(receipt);
            return receipt;
        }
        catch (HubException)
        {
            call?.Nacked(code: null, retryable: true); // An answer, but not one of the contract.
            throw;
        }
        catch (TimeoutException)
        {
            call?.TimedOut();
            throw;
        }
        catch (Exception)
        {
            call?.ConnectionLost();
            throw;
        }
    }
}
