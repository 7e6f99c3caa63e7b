using System.Net.WebSockets;
using System.Text.Json;

namespace Chat.Admin.Playground;

/// <summary>One of the two people of the playground: connected as long as that is wanted, with what came and what went.</summary>
internal sealed class PlayUser(Uri server, HttpClient http, TimeProvider time, string name, Action changed) : IAsyncDisposable
{
    private const int MostLines = 60;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, long> _lastSeq = [];
    private readonly HashSet<string> _seen = [];
    private CancellationTokenSource? _wanted;
    private Task _running = Task.CompletedTask;
    private PlaySocket? _socket;

    public string Name => name;

    public bool Online => _socket is not null;

    public bool Wanted => _wanted is not null;

    public int Received { get; private set; }

    /// <summary>The same event twice on a connection without a mark.</summary>
    public int Twice { get; private set; }

    public int OutOfOrder { get; private set; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public bool HasSeen(string id)
    {
        lock (_gate)
        {
            return _seen.Contains(id);
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

    public async Task<JsonElement?> InvokeAsync(string method, object argument)
    {
        try
        {
            return _socket is { } socket ? await socket.InvokeAsync(method, argument, CancellationToken.None) : null;
        }
        catch (Exception error) when (IsBreak(error))
        {
            return null;
        }
    }

    public void Say(string line)
    {
        lock (_gate)
        {
            _lines.Insert(0, $"{time.GetUtcNow():HH:mm:ss.fff} {line}");
            if (_lines.Count > MostLines)
            {
                _lines.RemoveAt(MostLines);
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
                lock (_gate)
                {
                    _lastSeq.Clear();
                }

                _socket = socket;
                Say("connected");
                await socket.RunAsync(cancellationToken);
            }
            catch (Exception error) when (IsBreak(error))
            {
                // Whatever it was: said below, and tried again as long as it is wanted.
            }

            if (_socket is not null)
            {
                _socket = null;
                Say("disconnected");
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Take(string target, JsonElement argument)
    {
        if (target == "Notice")
        {
            Say($"← {argument.GetProperty("kind").GetString()}");
            return;
        }

        var acks = new List<object>();
        foreach (var e in argument.EnumerateArray())
        {
            var conversation = e.GetProperty("conversation").GetString()!;
            var seq = e.TryGetProperty("seq", out var number) && number.ValueKind is JsonValueKind.Number ? number.GetInt64() : 0;
            var again = e.TryGetProperty("attempt", out var attempt) && attempt.ValueKind is JsonValueKind.Number;
            Count(conversation, seq, e.GetProperty("id").GetString()!, again);
            acks.Add(new { conversation, seq });
            Say($"← seq {seq} from {e.GetProperty("sender").GetString()}{(again ? " (again)" : "")}");
        }

        _ = AcknowledgeAsync(acks);
    }

    private void Count(string conversation, long seq, string id, bool again)
    {
        lock (_gate)
        {
            Received++;
            _seen.Add(id);
            if (_lastSeq.TryGetValue(conversation, out var last) && seq > 0 && !again)
            {
                Twice += seq <= last ? 1 : 0;
                OutOfOrder += seq > last + 1 ? 1 : 0;
            }

            _lastSeq[conversation] = Math.Max(last, seq);
        }
    }

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
