using System.Net.WebSockets;
using System.Text.Json;

namespace Chat.Admin.Playground;

/// <summary>One of the two people of the playground: connected as long as that is wanted, with what came and what went.</summary>
internal sealed class PlayUser(Uri server, HttpClient http, TimeProvider time, string name, PlayScore score, Action changed) : IAsyncDisposable
{
    private const int MostLines = 60;
    private const int MostNews = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();
    private readonly List<(string Text, bool News)> _lines = [];
    private readonly Dictionary<string, long> _lastSeq = [];
    private CancellationTokenSource? _wanted;
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PlaySocket? _socket;
    private DateTimeOffset _connectedAt;

    public string Name => name;

    public bool Online => _socket is not null;

    public bool Wanted => _wanted is not null;

    public int Received { get; private set; }

    /// <summary>How often a connection came about.</summary>
    public int Connects { get; private set; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines.Select(l => l.Text)];
            }
        }
    }

    /// <summary>Ends when there is a connection.</summary>
    public Task OnlineAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _connected.Task.WaitAsync(cancellationToken);
        }
    }

    public void Connect()
    {
        if (_wanted is null)
        {
            _wanted = new();
            _running = KeepAsync(_wanted.Token);
        }
    }

    public async Task DisconnectAsync()
    {
        if (_wanted is { } wanted)
        {
            _wanted = null;
            await wanted.CancelAsync();
            await _running;
            wanted.Dispose();
        }
    }

    /// <summary>Null when the connection ended before the answer came.</summary>
    public async Task<JsonElement?> InvokeAsync(string method, object argument, CancellationToken cancellationToken)
    {
        try
        {
            return _socket is { } socket ? await socket.InvokeAsync(method, argument, cancellationToken) : null;
        }
        catch (Exception error) when (IsBreak(error) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The newest line of the log. News (what became of the connection or of what the server rests on) outlasts what a load writes.</summary>
    public void Say(string line, bool news = false)
    {
        lock (_gate)
        {
            _lines.Insert(0, ($"{time.GetUtcNow():HH:mm:ss.fff} {line}", news));
            if (_lines.Count(l => l.News == news) > (news ? MostNews : MostLines))
            {
                _lines.RemoveAt(_lines.FindLastIndex(l => l.News == news));
            }
        }

        changed();
    }

    public async ValueTask DisposeAsync() => await DisconnectAsync();

    private static bool IsBreak(Exception error) =>
        error is WebSocketException or HttpRequestException or IOException or OperationCanceledException or TimeoutException or ObjectDisposedException or InvalidOperationException or JsonException;

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var socket = new PlaySocket(server, http, name, "playground", Take);
                await socket.ConnectAsync(cancellationToken);
                Begin(socket);
                Say("connected", news: true);
                await socket.RunAsync(cancellationToken);
            }
            catch (Exception error) when (IsBreak(error))
            {
                // Whatever it was: said below, and tried again as long as it is wanted.
            }

            if (End())
            {
                Say("disconnected", news: true);
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Begin(PlaySocket socket)
    {
        lock (_gate)
        {
            Connects++;
            _lastSeq.Clear();
            _connectedAt = time.GetUtcNow();
            _socket = socket;
            _connected.TrySetResult();
        }
    }

    private bool End()
    {
        lock (_gate)
        {
            if (_socket is null)
            {
                return false;
            }

            _socket = null;
            _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    private void Take(string target, JsonElement argument)
    {
        if (target == "Notice")
        {
            Notice(argument);
            return;
        }

        var acks = new List<object>();
        foreach (var e in argument.EnumerateArray())
        {
            if (Number(e, "seq") is { } seq)
            {
                var conversation = e.GetProperty("conversation").GetString()!;
                Event(conversation, seq, e);
                acks.Add(new { conversation, seq });
            }
            else
            {
                // Provisional, for the eye alone: its stored twin comes with a number.
                Say($"← not stored yet, from {e.GetProperty("sender").GetString()}{Body(e)}");
            }
        }

        _ = AcknowledgeAsync(acks);
    }

    private void Notice(JsonElement notice)
    {
        var kind = notice.GetProperty("kind").GetString();
        if (notice.TryGetProperty("conversation", out var conversation) && conversation.ValueKind is JsonValueKind.String && kind is "reset" or "truncated" or "skipped")
        {
            // A jump that is announced is none.
            lock (_gate)
            {
                _lastSeq.Remove(conversation.GetString()!);
            }
        }

        if (kind is "receipt")
        {
            Say(Number(notice, "readSeq") is { } read ? $"← receipt: read up to seq {read}" : $"← receipt: delivered up to seq {Number(notice, "deliveredSeq")}");
        }
        else
        {
            Say($"← {kind}", news: kind is not ("typing" or "presence"));
        }
    }

    private void Event(string conversation, long seq, JsonElement e)
    {
        var again = Number(e, "attempt") is not null;
        bool missed;
        lock (_gate)
        {
            Received++;
            score.Seen(name, conversation, e.GetProperty("id").GetString()!, seq, _lastSeq.TryGetValue(conversation, out var last) ? last : null, again);
            _lastSeq[conversation] = Math.Max(last, seq);
            missed = e.GetProperty("at").GetDateTimeOffset() < _connectedAt;
        }

        Say($"← seq {seq} from {e.GetProperty("sender").GetString()}{Body(e)}{(again ? " (sent again)" : missed ? " (from before the connection)" : "")}");
    }

    private static string Body(JsonElement e) =>
        e.TryGetProperty("body", out var body) && body.ValueKind is JsonValueKind.Object && body.TryGetProperty("text", out var said) ? $" “{said}”" : "";

    private static long? Number(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetInt64() : null;

    private async Task AcknowledgeAsync(List<object> acks)
    {
        try
        {
            await (_socket?.SendAsync("Ack", acks, CancellationToken.None) ?? Task.CompletedTask);
        }
        catch (Exception error) when (IsBreak(error))
        {
            // Unacknowledged events come again.
        }
    }
}
