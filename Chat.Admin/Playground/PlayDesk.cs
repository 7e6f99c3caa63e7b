
namespace Chat.Admin.Playground;

/// <summary>Two users, one conversation, and the score of what was sent: made for one open page and gone with it.</summary>
internal sealed class PlayDesk : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly TimeProvider _time;
    private readonly HashSet<string> _stored = [];
    private readonly Lock _gate = new();
    private CancellationTokenSource? _load;
    private string? _conversation;

    public PlayDesk(IConfiguration configuration, TimeProvider time)
    {
        _time = time;
        var address = (configuration["Playground:Url"] ?? "http://localhost:5080").Replace("://*", "://localhost", StringComparison.Ordinal).Replace("://+", "://localhost", StringComparison.Ordinal).Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal);
        Server = new Uri(address);

        // Names of this page alone, so that two pages do not take each other's messages.
        var mark = Guid.CreateVersion7().ToString("N")[^6..];
        Left = new PlayUser(Server, _http, time, $"alice-{mark}", () => Changed?.Invoke());
        Right = new PlayUser(Server, _http, time, $"bob-{mark}", () => Changed?.Invoke());
    }

    public event Action? Changed;

    public Uri Server { get; }

    public PlayUser Left { get; }

    public PlayUser Right { get; }

    public int Sent { get; private set; }

    public int Refused { get; private set; }

    public bool Loading => _load is not null;

    public int Stored
    {
        get
        {
            lock (_gate)
            {
                return _stored.Count;
            }
        }
    }

    /// <summary>Stored and not there yet; once all is quiet and both are connected it must be none.</summary>
    public int Missing
    {
        get
        {
            lock (_gate)
            {
                return _stored.Count(id => !Right.HasSeen(id) || !Left.HasSeen(id));
            }
        }
    }

    public async Task SendAsync(PlayUser from, string text)
    {
        if (_conversation is null)
        {
            var made = await from.InvokeAsync("CreateConversation", new { kind = "direct", members = new[] { from == Left ? Right.Name : Left.Name } });
            _conversation = made is { } answer && answer.TryGetProperty("conversation", out var c) ? c.GetProperty("id").GetString() : null;
        }

        if (_conversation is null)
        {
            from.Say("not sent: no conversation yet");
            return;
        }

        var id = Guid.CreateVersion7().ToString();
        Sent++;

        // The same id until there is a receipt: it is stored once.
        for (var attempt = 1; attempt <= 20; attempt++)
        {
            var receipt = await from.InvokeAsync("Send", new { id, conversation = _conversation, type = "text", body = new { text } });
            if (receipt is { } r && r.TryGetProperty("ok", out var ok) && ok.GetBoolean())
            {
                lock (_gate)
                {
                    _stored.Add(id);
                }

                from.Say($"→ {r.GetProperty("status").GetString()}, seq {r.GetProperty("seq").GetInt64()}{(attempt > 1 ? $" at attempt {attempt}" : "")}");
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(0.5), _time);
        }

        Refused++;
        from.Say("→ given up after 20 attempts");
    }

    public void ToggleLoad()
    {
        if (_load is { } load)
        {
            _load = null;
            load.Cancel();
            load.Dispose();
        }
        else
        {
            _load = new();
            _ = LoadAsync(_load.Token);
        }

        Changed?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        _load?.Cancel();
        await Left.DisposeAsync();
        await Right.DisposeAsync();
        _http.Dispose();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(0.1), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await SendAsync(Left, $"message {Sent + 1}");
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped by its button, or with the page.
        }
    }
}
