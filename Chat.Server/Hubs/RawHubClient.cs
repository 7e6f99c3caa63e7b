using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Chat.Contracts;

namespace Chat.Server.Hubs;

/// <summary>As little of a SignalR client as a conversation needs: JSON frames over one WebSocket, one caller at a time.</summary>
internal sealed class RawHubClient : IDisposable
{
    private const byte FrameEnd = 0x1E;

    private readonly ClientWebSocket _socket = new();
    private readonly ArrayBufferWriter<byte> _received = new();
    private readonly List<JsonElement> _events = [];
    private int _lastCall;

    private RawHubClient()
    {
    }

    public static async Task<RawHubClient> ConnectAsync(Uri hub, string token, string device, CancellationToken cancellation)
    {
        var client = new RawHubClient();
        client._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        var address = new UriBuilder(hub)
        {
            Scheme = hub.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs,
            Query = $"{ChatHubContract.DeviceQuery}={Uri.EscapeDataString(device)}",
        };
        await client._socket.ConnectAsync(address.Uri, cancellation);
        await client.WriteAsync(new { protocol = "json", version = 1 }, cancellation);
        var handshake = await client.ReadAsync(cancellation);
        return handshake.TryGetProperty("error", out var error) ? throw new InvalidDataException(error.GetString()) : client;
    }

    /// <summary>Calls a method and answers its result; a refusal is thrown.</summary>
    public async Task<JsonElement> CallAsync(string method, object argument, CancellationToken cancellation)
    {
        var invocationId = $"{++_lastCall}";
        await WriteAsync(new { type = 1, invocationId, target = method, arguments = new[] { argument } }, cancellation);
        while (true)
        {
            var frame = await NextAsync(cancellation);
            if (frame.GetProperty("type").GetInt32() != 3 || frame.GetProperty("invocationId").GetString() != invocationId)
            {
                continue;
            }

            return frame.TryGetProperty("result", out var result) && result.GetProperty("ok").GetBoolean()
                ? result
                : throw new InvalidDataException($"{method} was refused: {frame}");
        }
    }

    /// <summary>Calls a method that answers nothing.</summary>
    public Task TellAsync(string method, object argument, CancellationToken cancellation) =>
        WriteAsync(new { type = 1, target = method, arguments = new[] { argument } }, cancellation);

    /// <summary>Waits for the event with this id.</summary>
    public async Task<JsonElement> EventAsync(string id, CancellationToken cancellation)
    {
        while (true)
        {
            var at = _events.FindIndex(e => e.GetProperty("id").GetString() == id);
            if (at >= 0)
            {
                return _events[at];
            }

            await NextAsync(cancellation);
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<JsonElement> NextAsync(CancellationToken cancellation)
    {
        var frame = await ReadAsync(cancellation);
        if (frame.GetProperty("type").GetInt32() == 1 && frame.GetProperty("target").GetString() == ChatHubContract.EventsMethod)
        {
            _events.AddRange(frame.GetProperty("arguments")[0].EnumerateArray());
        }

        return frame;
    }

    private Task WriteAsync(object message, CancellationToken cancellation)
    {
        byte[] frame = [.. JsonSerializer.SerializeToUtf8Bytes(message, ChatJson.Options), FrameEnd];
        return _socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, cancellation);
    }

    private async Task<JsonElement> ReadAsync(CancellationToken cancellation)
    {
        int end;
        while ((end = _received.WrittenSpan.IndexOf(FrameEnd)) < 0)
        {
            var part = await _socket.ReceiveAsync(_received.GetMemory(4096), cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new InvalidDataException("The server closed the connection.");
            }

            _received.Advance(part.Count);
        }

        var frame = JsonElement.Parse(_received.WrittenSpan[..end]);
        var rest = _received.WrittenSpan[(end + 1)..].ToArray();
        _received.ResetWrittenCount();
        _received.Write(rest);
        return frame;
    }
}
