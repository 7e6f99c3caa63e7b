namespace Chat.Admin.Playground;

/// <summary>Two users, what each has to say, and the score: made for one open page and gone with it.</summary>
internal sealed class PlayDesk : IAsyncDisposable
{
    private static readonly TimeSpan LoadEvery = TimeSpan.FromSeconds(0.1);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(15) };
    private readonly TimeProvider _time;
    private readonly PlayScore _score;
    private readonly PlayRooms _rooms;
    private readonly Dictionary<(PlayUser From, bool Realtime), PlayOutbox> _outboxes = [];
    private CancellationTokenSource? _load;
    private Task _loading = Task.CompletedTask;
    private int _loaded;

    public PlayDesk(IConfiguration configuration, TimeProvider time)
    {
        _time = time;
        Server = ServerOf(configuration["Playground:Url"]);

        // Names of this page alone, so that two pages do not take each other's messages.
        var mark = Guid.CreateVersion7().ToString("N")[^6..];
        _score = new PlayScore($"alice-{mark}", $"bob-{mark}");
        Left = new PlayUser(Server, _http, time, $"alice-{mark}", _score, Redraw);
        Right = new PlayUser(Server, _http, time, $"bob-{mark}", _score, Redraw);
        _rooms = new PlayRooms(Left.Name, Right.Name);
        foreach (var user in (PlayUser[])[Left, Right])
        {
            // One for each conversation: what waits for storage must not hold up what does not.
            _outboxes[(user, false)] = new PlayOutbox(user, _rooms, realtime: false, _score, time);
            _outboxes[(user, true)] = new PlayOutbox(user, _rooms, realtime: true, _score, time);
        }
    }

    public event Action? Changed;

    public Uri Server { get; }

    public PlayUser Left { get; }

    public PlayUser Right { get; }

    public PlayTotals Totals => _score.Totals;

    public bool Loading => _load is not null;

    /// <summary>Of the conversation that what is sent from now on goes to: <c>durable</c>, or <c>realtime</c>, which goes on without storage.</summary>
    public string Policy { get; set; } = "durable";

    /// <summary>Also while nobody is connected: it goes out when that is so again.</summary>
    public void Send(PlayUser from, string text)
    {
        _outboxes[(from, Policy == "realtime")].Put(text);
        Redraw();
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
            _loading = LoadAsync(_load.Token);
        }

        Redraw();
    }

    public async ValueTask DisposeAsync()
    {
        _load?.Cancel();
        await _loading;
        _load?.Dispose();
        foreach (var outbox in _outboxes.Values)
        {
            await outbox.DisposeAsync();
        }

        await Left.DisposeAsync();
        await Right.DisposeAsync();
        _rooms.Dispose();
        _http.Dispose();
    }

    /// <summary>Where this machine reaches the server that listens there.</summary>
    internal static Uri ServerOf(string? listens)
    {
        var address = listens is { Length: > 0 } ? listens : "http://localhost:5080";
        foreach (var any in (string[])["://*", "://+", "://0.0.0.0", "://[::]"])
        {
            address = address.Replace(any, "://localhost", StringComparison.Ordinal);
        }

        return new Uri(address);
    }

    private void Redraw() => Changed?.Invoke();

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LoadEvery, _time);
        try
        {
            // Each in turn, at the pace of the clock and not of the receipts: what waits while something is down is part of the picture.
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                _loaded++;
                Send(_loaded % 2 == 1 ? Left : Right, $"load {_loaded}");
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped by its button, or with the page.
        }
    }
}
