using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Chat.Contracts;

namespace Chat.Admin.Playground;

/// <summary>
/// One real connection to the hub in SignalR's JSON protocol, just as much of it as trying out needs. The console must not know
/// the client library, and a browser could not reach another origin under the console's policy.
/// </summary>
internal sealed class PlaySocket(Uri server, HttpClient http, string user, string device, Action<string, JsonElement> onCall) : IAsyncDisposable
{
    private const byte End = 0x1e;
    private const int LongestFrame = 1024 * 1024;
    private static readonly byte[] Ping = [.. "{\"type\":6}"u8, End];
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly ArrayBufferWriter<byte> _frame = new();
    private int _number;

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync(new Uri(server, "/api/token"), new { user }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("token").GetString();
        _socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        var address = new UriBuilder(server) { Scheme = server.Scheme == "https" ? "wss" : "ws", Path = "/hubs/chat", Query = $"device={Uri.EscapeDataString(device)}" };
        await _socket.ConnectAsync(address.Uri, cancellationToken);
        await WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { protocol = "json", version = 1 }), cancellationToken);
        if (await ReadAsync(cancellationToken) is not { } handshake || handshake.TryGetProperty("error", out _))
        {
            throw new IOException("The handshake was refused.");
        }
    }

    /// <summary>Until the connection ends.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pinging = PingAsync(ending.Token);
        try
        {
            while (await ReadAsync(cancellationToken) is { } message)
            {
                Take(message);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await pinging;
            foreach (var call in _calls.Values)
            {
                call.TrySetException(new IOException("The connection ended."));
            }
        }
    }

    public async Task<JsonElement> InvokeAsync(string method, object argument, CancellationToken cancellationToken)
    {
        var id = $"{Interlocked.Increment(ref _number)}";
        var call = _calls.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await WriteAsync(Message(method, argument, id), cancellationToken);
            return await call.Task.WaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
        }
        finally
        {
            _calls.TryRemove(id, out _);
        }
    }

    public Task SendAsync(string method, object argument, CancellationToken cancellationToken) => WriteAsync(Message(method, argument, null), cancellationToken);

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _writing.Dispose();
        return ValueTask.CompletedTask;
    }

    private static byte[] Message(string method, object argument, string? id) => JsonSerializer.SerializeToUtf8Bytes(
        id is null ? new { type = 1, target = method, arguments = new[] { argument } } : (object)new { type = 1, invocationId = id, target = method, arguments = new[] { argument } },
        ChatJson.Options);

    private void Take(JsonElement message)
    {
        switch (message.GetProperty("type").GetInt32())
        {
            case 1:
                onCall(message.GetProperty("target").GetString()!, message.GetProperty("arguments")[0]);
                break;
            case 3 when _calls.TryGetValue(message.GetProperty("invocationId").GetString()!, out var call):
                if (message.TryGetProperty("result", out var result))
                {
                    call.TrySetResult(result);
                }
                else
                {
                    call.TrySetException(new IOException("The call failed."));
                }

                break;
        }
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(PingEvery);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await WriteRawAsync(Ping, cancellationToken);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The reading side tells that the connection ended.
        }
    }

    private Task WriteAsync(byte[] message, CancellationToken cancellationToken) => WriteRawAsync([.. message, End], cancellationToken);

    private async Task WriteRawAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The next message; null when the connection ended.</summary>
    private async Task<JsonElement?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_frame.WrittenSpan.IndexOf(End) is >= 0 and var at)
            {
                var message = JsonSerializer.Deserialize<JsonElement>(_frame.WrittenSpan[..at]);
                var rest = _frame.WrittenSpan[(at + 1)..].ToArray();
                _frame.Clear();
                _frame.Write(rest);
                return message;
            }

            if (_frame.WrittenCount > LongestFrame)
            {
                return null;
            }

            var read = await _socket.ReceiveAsync(_frame.GetMemory(8192), cancellationToken);
            if (read.MessageType is WebSocketMessageType.Close)
            {
                return null;
            }

            _frame.Advance(read.Count);
        }
    }
}
