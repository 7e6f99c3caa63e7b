using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Support;

namespace Chat.Tests.Client.Support;

/// <summary>A client that tries again quickly, and what its application saw.</summary>
internal sealed class ClientUnderTest : IAsyncDisposable
{
    public ClientUnderTest(Uri url, Action<ChatClientOptions>? configure = null, bool handlesEvents = true)
        : this(configure, handlesEvents, options =>
        {
            options.Url = url;
            return new ChatClient(options);
        })
    {
    }

    public ClientUnderTest(Action<ChatClientOptions>? configure, bool handlesEvents, Func<ChatClientOptions, ChatClient> make)
    {
        var options = new ChatClientOptions
        {
            BackOffBase = TimeSpan.FromMilliseconds(5),
            BackOffCap = TimeSpan.FromMilliseconds(50),
            UnauthenticatedDelay = TimeSpan.FromMilliseconds(50),
        };
        configure?.Invoke(options);
        Client = make(options);
        Client.StateChanged += States.Add;
        Client.NoticeReceived += Notices.Add;
        Client.ReceiptReceived += Receipts.Add;
        if (handlesEvents)
        {
            Client.OnEvent((e, _) =>
            {
                Events.Add(e);
                return Task.CompletedTask;
            });
        }
    }

    public ChatClient Client { get; }

    public Inflow<ChatEvent> Events { get; } = new("event");

    public Inflow<Notice> Notices { get; } = new("notice");

    public Inflow<Receipt> Receipts { get; } = new("receipt");

    public Inflow<ChatConnectionChange> States { get; } = new("change of state");

    /// <summary>The seqs of a conversation as the application saw them.</summary>
    public IEnumerable<long?> Seqs(string conversation) => Events.All.Where(e => e.Conversation == conversation).Select(e => e.Seq);

    /// <summary>Lets the wait before the next attempt pass.</summary>
    public async Task<ChatConnectionChange> PassRetryAsync(ManualTimeProvider time, Action? before = null)
    {
        var change = await States.NextAsync(change => change.RetryIn is not null);
        before?.Invoke();
        if (change.RetryIn > TimeSpan.Zero)
        {
            await time.WaitForTimerAsync(change.RetryIn.Value);
            time.Advance(change.RetryIn.Value);
        }

        return change;
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    public static ChatEvent One(string conversation, long? seq, string? id = null, long epoch = 1, int? attempt = null, object? body = null)
        => new()
        {
            Conversation = conversation,
            Seq = seq,
            Epoch = epoch,
            Id = id ?? $"{conversation}-{epoch}-{seq}",
            Type = "text",
            Sender = "bob",
            Body = System.Text.Json.JsonSerializer.SerializeToElement(body ?? new { text = $"{seq}" }, ChatJson.Options),
            Attempt = attempt,
        };

    public static ChatEvent[] Run(string conversation, long from, long to)
        => [.. Enumerable.Range((int)from, (int)(to - from + 1)).Select(seq => One(conversation, seq))];
}
