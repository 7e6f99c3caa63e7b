using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Chat.Contracts;
using Chat.Tests.Support;

namespace Chat.Tests.Hubs.Hostile;

/// <summary>A WebSocket without a library that would keep it from breaking the rules.</summary>
internal sealed class RawWebSocket : IAsyncDisposable
{
    public const byte Text = 0x1;
    public const byte Binary = 0x2;
    public const byte Ping = 0x9;
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private readonly TcpClient _tcp = new();
    private readonly StringBuilder _heard = new();
    private NetworkStream _stream = null!;

    /// <summary>Everything that came, as text; for looking whether something leaked.</summary>
    public string Heard => _heard.ToString();

    /// <summary>A TCP connection on which nothing was said.</summary>
    public static async Task<RawWebSocket> OpenAsync(Uri server)
    {
        var socket = new RawWebSocket();
        await socket._tcp.ConnectAsync(server.Host, server.Port);
        socket._tcp.NoDelay = true;
        socket._stream = socket._tcp.GetStream();
        return socket;
    }

    /// <summary>Upgraded; SignalR's handshake is still to come.</summary>
    public static async Task<RawWebSocket> UpgradedAsync(Uri server, string token)
    {
        var socket = await OpenAsync(server);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {ChatHubContract.Path} HTTP/1.1\r\nHost: {server.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Key}\r\nAuthorization: Bearer {token}\r\n\r\n"));
        var answer = new StringBuilder();
        var one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await socket._stream.ReadExactlyAsync(one);
            answer.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101", answer.ToString());
        return socket;
    }

    /// <summary>Upgraded and past SignalR's handshake.</summary>
    public static async Task<RawWebSocket> ReadyAsync(Uri server, string token)
    {
        var socket = await UpgradedAsync(server, token);
        await socket.SendFrameAsync(Text, "{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray());
        return socket;
    }

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    /// <summary>One frame.</summary>
    /// <param name="first">The first byte's upper half: FIN, or reserved bits.</param>
    /// <param name="claimed">The length that the frame claims to have.</param>
    public Task SendFrameAsync(byte opcode, byte[] payload, bool masked = true, byte first = 0x80, long? claimed = null)
    {
        var header = new List<byte> { (byte)(first | opcode) };
        var length = claimed ?? payload.Length;
        var mask = masked ? 0x80 : 0;
        if (length < 126)
        {
            header.Add((byte)(mask | (int)length));
        }
        else if (length <= ushort.MaxValue)
        {
            header.Add((byte)(mask | 126));
            header.AddRange([(byte)(length >> 8), (byte)length]);
        }
        else
        {
            header.Add((byte)(mask | 127));
            var eight = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(eight, length);
            header.AddRange(eight);
        }

        if (masked)
        {
            // A mask of zeros leaves the payload as it is.
            header.AddRange([0, 0, 0, 0]);
        }

        return SendAsync([.. header, .. payload]);
    }

    /// <summary>Ends when the server has closed the connection, in whatever way.</summary>
    public async Task ClosedAsync(TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? Eventually.Patience);
        var buffer = new byte[8192];
        try
        {
            int read;
            while ((read = await _stream.ReadAsync(buffer, limit.Token)) > 0)
            {
                _heard.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Reset: closed all the same.
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The server did not close the connection. Heard: {Heard}");
        }
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }
}
