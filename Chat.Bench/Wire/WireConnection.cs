using System.Net;
using System.Net.Sockets;
using System.Text;
using Chat.Bench.Load;

namespace Chat.Bench.Wire;

/// <summary>Where and as whom to connect.</summary>
internal sealed record WireAddress(IPEndPoint EndPoint, string Host, string PathAndQuery, string? BearerToken);

/// <summary>What a connection tells. Calls for one connection never overlap.</summary>
internal interface IWireHandler
{
    /// <summary>One SignalR record; valid only during the call.</summary>
    void OnRecord(ReadOnlySpan<byte> record, long now);

    /// <summary>All records that one read brought were handled; what was written meanwhile goes out after this.</summary>
    void OnReadEnd();

    void OnClosed(Exception? reason);
}

/// <summary>
/// A SignalR connection reduced to what a load client needs: a socket, the upgrade, the JSON handshake, records in,
/// ready-made frames out. Writes gather while a send is under way, as in any decent client.
/// </summary>
internal sealed class WireConnection(IWireHandler handler, int receiveBuffer) : IDisposable
{
    private static readonly byte[] Handshake = WebSocketText.Frame("{\"protocol\":\"json\",\"version\":1}\u001e"u8);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly RecordReader _reader = new(receiveBuffer);
    private readonly Lock _gate = new();
    private byte[] _gathering = new byte[512];
    private byte[] _sending = new byte[512];
    private int _gathered;
    private bool _sendRunning;
    private bool _disposed;

    /// <summary>Connects, upgrades, shakes hands and starts reading.</summary>
    public async Task OpenAsync(WireAddress address, IPAddress? source, CancellationToken cancellationToken)
    {
        if (source is not null)
        {
            _socket.Bind(new IPEndPoint(source, 0));
        }

        await _socket.ConnectAsync(address.EndPoint, cancellationToken);
        await UpgradeAsync(address, cancellationToken);
        await _socket.SendAsync(Handshake, cancellationToken);
        await ReadHandshakeAsync(cancellationToken);
        _ = ReadLoopAsync();
    }

    /// <summary>Adds a frame to what goes out with the next <see cref="Flush"/>.</summary>
    public void Write(ReadOnlySpan<byte> frame) => WriteTwo(frame, default);

    /// <summary>The same for a frame whose header and payload lie apart.</summary>
    public void WriteTwo(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            var length = _gathered + header.Length + payload.Length;
            if (_gathering.Length < length)
            {
                Array.Resize(ref _gathering, Math.Max(length, _gathering.Length * 2));
            }

            header.CopyTo(_gathering.AsSpan(_gathered));
            payload.CopyTo(_gathering.AsSpan(_gathered + header.Length));
            _gathered = length;
        }
    }

    /// <summary>Starts a send unless one runs; that one then takes along what has gathered.</summary>
    public void Flush()
    {
        int length;
        lock (_gate)
        {
            if (_sendRunning || _gathered == 0 || _disposed)
            {
                return;
            }

            _sendRunning = true;
            length = SwapWhileLocked();
        }

        _ = SendLoopAsync(length);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _socket.Dispose();
    }

    private int SwapWhileLocked()
    {
        (_gathering, _sending) = (_sending, _gathering);
        var length = _gathered;
        _gathered = 0;
        return length;
    }

    private async Task SendLoopAsync(int length)
    {
        try
        {
            while (true)
            {
                for (var sent = 0; sent < length;)
                {
                    sent += await _socket.SendAsync(_sending.AsMemory(sent, length - sent), SocketFlags.None);
                }

                lock (_gate)
                {
                    if (_gathered == 0)
                    {
                        _sendRunning = false;
                        return;
                    }

                    length = SwapWhileLocked();
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The read loop sees the same end and reports it once.
        }
    }

    private async Task ReadLoopAsync()
    {
        Exception? reason = null;
        try
        {
            while (!_reader.Closed)
            {
                // The handshake may have brought the first records along, so drain before reading.
                Drain(Clock.Now);
                var read = await _socket.ReceiveAsync(_reader.FreeSpace(), SocketFlags.None);
                if (read == 0)
                {
                    break;
                }

                _reader.Advance(read);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            reason = e;
        }

        if (!_disposed)
        {
            handler.OnClosed(reason);
        }
    }

    private void Drain(long now)
    {
        while (_reader.TryRead(out var record))
        {
            handler.OnRecord(record, now);
        }

        handler.OnReadEnd();
        if (_reader.TakePing() is { } ping)
        {
            Write(WebSocketText.Pong(ping));
        }

        Flush();
    }

    private async Task UpgradeAsync(WireAddress address, CancellationToken cancellationToken)
    {
        var request = new StringBuilder()
            .Append("GET ").Append(address.PathAndQuery).Append(" HTTP/1.1\r\nHost: ").Append(address.Host)
            .Append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
            .Append(Convert.ToBase64String(Guid.NewGuid().ToByteArray())).Append("\r\n");
        if (address.BearerToken is { } token)
        {
            request.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        }

        await _socket.SendAsync(Encoding.ASCII.GetBytes(request.Append("\r\n").ToString()), cancellationToken);

        var head = new byte[4096];
        var length = 0;
        int end;
        while ((end = head.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var read = length < head.Length ? await _socket.ReceiveAsync(head.AsMemory(length), cancellationToken) : 0;
            if (read == 0)
            {
                throw new IOException("The server closed the connection during the upgrade.");
            }

            length += read;
        }

        if (!head.AsSpan(0, length).StartsWith("HTTP/1.1 101"u8))
        {
            var line = Encoding.ASCII.GetString(head, 0, length).Split('\r')[0];
            throw new IOException($"The server refused the upgrade: {line}");
        }

        var rest = head.AsSpan(end + 4, length - end - 4);
        rest.CopyTo(_reader.FreeSpace().Span);
        _reader.Advance(rest.Length);
    }

    private async Task ReadHandshakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_reader.TryRead(out var record))
            {
                if (!record.SequenceEqual("{}"u8))
                {
                    throw new IOException($"The server refused the handshake: {Encoding.UTF8.GetString(record)}");
                }

                return;
            }

            var read = await _socket.ReceiveAsync(_reader.FreeSpace(), cancellationToken);
            if (read == 0)
            {
                throw new IOException("The server closed the connection during the handshake.");
            }

            _reader.Advance(read);
        }
    }
}
