using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Chat.Contracts;
using Chat.Tests.Support;

namespace Chat.Tests.Hubs.Wire;

/// <summary>The wire as it is: JSON frames over a WebSocket, written by hand, so that no library papers over what the server says.</summary>
internal sealed class WireClient : IAsyncDisposable
{
    private const byte FrameEnd = 0x1E;

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _write = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly Channel<JsonElement> _events = Channel.CreateUnbounded<JsonElement>();
    private readonly Channel<JsonElement> _notices = Channel.CreateUnbounded<JsonElement>();
    private readonly TaskCompletionSource<JsonElement?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private int _lastCall;

    private WireClient()
    {
    }

    /// <summary>Ends when the server closed the connection, with its close frame if it sent one.</summary>
    public Task<JsonElement?> Closed => _closed.Task.WaitAsync(Eventually.Patience);

    public static async Task<WireClient> ConnectAsync(
        Uri server, string? token, string? device = null, bool tokenInQuery = false, string? origin = null, string? forwardedFor = null)
    {
        var client = new WireClient();
        if (forwardedFor is not null)
        {
            client._socket.Options.SetRequestHeader("X-Forwarded-For", forwardedFor);
        }

        var query = new List<string>();
        if (device is not null)
        {
            query.Add($"device={Uri.EscapeDataString(device)}");
        }

        if (token is not null && tokenInQuery)
        {
            query.Add($"access_token={token}");
        }
        else if (token is not null)
        {
            client._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        if (origin is not null)
        {
            client._socket.Options.SetRequestHeader("Origin", origin);
        }

        client._socket.Options.CollectHttpResponseDetails = true;
        var address = new UriBuilder(new Uri(server, ChatHubContract.Path)) { Scheme = "ws", Query = string.Join('&', query) }.Uri;
        try
        {
            await client._socket.ConnectAsync(address, CancellationToken.None).WaitAsync(Eventually.Patience);
        }
        catch (WebSocketException) when (client._socket.HttpStatusCode != 0)
        {
            var status = (int)client._socket.HttpStatusCode;
            client._socket.Dispose();
            throw new HandshakeRefusedException(status);
        }

        await client.WriteAsync("""{"protocol":"json","version":1}""");
        client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>Calls a method; the answer is the result object, or the whole completion frame when the hub itself failed.</summary>
    public async Task<JsonElement> CallAsync(string method, object? argument) => await (await StartAsync(method, argument)).WaitAsync(Eventually.Patience);

    /// <summary>Sends the call; the inner task is its answer. Calls go out in the order of the calls of this method.</summary>
    public async Task<Task<JsonElement>> StartAsync(string method, object? argument)
    {
        var id = $"{Interlocked.Increment(ref _lastCall)}";
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = answer;
        await WriteAsync(JsonSerializer.Serialize(new { type = 1, invocationId = id, target = method, arguments = new[] { argument } }, ChatJson.Options));
        return answer.Task;
    }

    public Task AckAsync(string conversation, long seq) => WriteAsync(JsonSerializer.Serialize(
        new { type = 1, target = "Ack", arguments = new[] { new[] { new { conversation, seq } } } }, ChatJson.Options));

    public async Task<Receipt> SendAsync(string conversation, string id, string text) =>
        (await CallAsync("Send", new { id, conversation, type = "text", body = new { text } })).Deserialize<Receipt>(ChatJson.Options)!;

    public async Task<string> CreateAsync(string kind, params string[] members)
    {
        var created = await CallAsync("CreateConversation", new { kind, members });
        Assert.True(created.GetProperty("ok").GetBoolean(), created.ToString());
        return created.GetProperty("conversation").GetProperty("id").GetString()!;
    }

    /// <summary>The next event, whatever it is.</summary>
    public async Task<ChatEvent> EventAsync() => (await RawEventAsync()).Deserialize<ChatEvent>(ChatJson.Options)!;

    public async Task<JsonElement> RawEventAsync() => await NextAsync(_events, "an event");

    /// <summary>The next notice of a kind; others are passed over.</summary>
    public async Task<Notice> NoticeAsync(string kind)
    {
        while (true)
        {
            var notice = await NextAsync(_notices, $"the notice {kind}");
            if (notice.GetProperty("kind").GetString() == kind)
            {
                return notice.Deserialize<Notice>(ChatJson.Options)!;
            }
        }
    }

    /// <summary>Events that have arrived and were not taken.</summary>
    public int EventsWaiting => _events.Reader.Count;

    public async Task WriteAsync(string frame)
    {
        byte[] bytes = [.. System.Text.Encoding.UTF8.GetBytes(frame), FrameEnd];
        await _write.WaitAsync();
        try
        {
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _write.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        await _reading;
        _write.Dispose();
    }

    private static async Task<JsonElement> NextAsync(Channel<JsonElement> channel, string what)
    {
        try
        {
            return await channel.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited in vain for {what}.");
        }
    }

    private async Task ReadAsync()
    {
        JsonElement? close = null;
        var received = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(received.GetMemory(8192), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                received.Advance(part.Count);
                int end;
                while ((end = received.WrittenSpan.IndexOf(FrameEnd)) >= 0)
                {
                    close = Take(JsonElement.Parse(received.WrittenSpan[..end])) ?? close;
                    var rest = received.WrittenSpan[(end + 1)..].ToArray();
                    received.ResetWrittenCount();
                    received.Write(rest);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut by the server or disposed by the test.
        }

        _closed.TrySetResult(close);
        _events.Writer.TryComplete();
        _notices.Writer.TryComplete();
        foreach (var call in _calls.Values)
        {
            call.TrySetException(new InvalidOperationException("The connection closed before the answer."));
        }
    }

    /// <summary>Returns the frame when it is the server's close.</summary>
    private JsonElement? Take(JsonElement frame)
    {
        switch (frame.TryGetProperty("type", out var type) ? type.GetInt32() : 0)
        {
            case 1 when frame.GetProperty("target").GetString() == ChatHubContract.EventsMethod:
                foreach (var e in frame.GetProperty("arguments")[0].EnumerateArray())
                {
                    _events.Writer.TryWrite(e);
                }

                break;
            case 1 when frame.GetProperty("target").GetString() == ChatHubContract.NoticeMethod:
                _notices.Writer.TryWrite(frame.GetProperty("arguments")[0]);
                break;
            case 3 when _calls.TryRemove(frame.GetProperty("invocationId").GetString()!, out var call):
                call.TrySetResult(frame.TryGetProperty("result", out var result) ? result : frame);
                break;
            case 7:
                return frame;
        }

        return null;
    }
}

/// <summary>The server answered the handshake with something else than an upgrade.</summary>
internal sealed class HandshakeRefusedException(int status) : Exception($"The handshake was answered with {status}.")
{
    public int Status { get; } = status;
}
