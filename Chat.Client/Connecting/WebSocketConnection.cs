using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Client.Connecting;

/// <summary>
/// A WebSocket as the duplex pipe that SignalR reads and writes. Everything that was flushed together leaves as one text
/// message, since a message that ended within a character would not be valid text.
/// </summary>
internal sealed class WebSocketConnection : ConnectionContext
{
    private static readonly PipeOptions Buffering = new(
        pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, useSynchronizationContext: false);

    private readonly ClientWebSocket _socket;
    private readonly TimeSpan _closeTimeout;
    private readonly TimeProvider _time;
    private readonly Pipe _incoming = new(Buffering);
    private readonly Pipe _outgoing = new(Buffering);
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _receiving;
    private readonly Task _sending;
    private int _disposed;

    public WebSocketConnection(ClientWebSocket socket, TimeSpan closeTimeout, TimeProvider time)
    {
        _socket = socket;
        _closeTimeout = closeTimeout;
        _time = time;
        Transport = new Duplex(_incoming.Reader, _outgoing.Writer);
        ConnectionClosed = _closed.Token;
        _receiving = ReceiveAsync();
        _sending = SendAsync();
    }

    public override IDuplexPipe Transport { get; set; }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override void Abort(ConnectionAbortedException abortReason) => _socket.Abort();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // The end of the output lets the sender write what is left and the close frame; the server's answer ends the receiver.
        await Transport.Output.CompleteAsync();
        _incoming.Writer.CancelPendingFlush();
        try
        {
            await Task.WhenAll(_sending, _receiving).WaitAsync(_closeTimeout, _time);
        }
        catch (TimeoutException)
        {
            _socket.Abort();
            await Task.WhenAll(_sending, _receiving);
        }

        await Transport.Input.CompleteAsync();
        _socket.Dispose();
        _closed.Dispose();
    }

    private async Task ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(_incoming.Writer.GetMemory(4096), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                _incoming.Writer.Advance(received.Count);
                var flushed = await _incoming.Writer.FlushAsync(CancellationToken.None);
                if (flushed.IsCompleted || _disposed != 0)
                {
                    break;
                }
            }
        }
        catch (Exception e)
        {
            // Belongs to the reader of the pipe: SignalR ends the connection with it.
            error = _disposed == 0 ? e : null;
        }

        await _incoming.Writer.CompleteAsync(error);
        await _closed.CancelAsync();
        _outgoing.Reader.CancelPendingRead();
    }

    private async Task SendAsync()
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                var read = await _outgoing.Reader.ReadAsync(CancellationToken.None);
                var left = read.Buffer.Length;
                foreach (var segment in read.Buffer)
                {
                    left -= segment.Length;
                    await _socket.SendAsync(segment, WebSocketMessageType.Text, endOfMessage: left == 0, CancellationToken.None);
                }

                _outgoing.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    break;
                }
            }

            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception e)
        {
            // Belongs to the writer of the pipe; the receiver sees the broken socket by itself.
            error = e;
            _socket.Abort();
        }

        await _outgoing.Reader.CompleteAsync(error);
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
