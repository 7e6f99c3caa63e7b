using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Tests.Support.Clients;

/// <summary>Carries SignalR's messages over a plain WebSocket, without negotiation.</summary>
internal sealed class WebSocketFactory(Func<string> token) : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token()}");
            await socket.ConnectAsync(((UriEndPoint)endpoint).Uri, cancellationToken);
            return new Connection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Connection : ConnectionContext, IDuplexPipe
    {
        private readonly ClientWebSocket _socket;
        private readonly Pipe _toServer = new();
        private readonly Pipe _fromServer = new();
        private readonly Task _both;

        public Connection(ClientWebSocket socket)
        {
            _socket = socket;
            Transport = this;
            _both = Task.WhenAll(ReceiveAsync(), SendAsync());
        }

        public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override IDuplexPipe Transport { get; set; }

        public PipeReader Input => _fromServer.Reader;

        public PipeWriter Output => _toServer.Writer;

        public override void Abort(ConnectionAbortedException abortReason) => _socket.Abort();

        public override async ValueTask DisposeAsync()
        {
            await Output.CompleteAsync();
            await _both;
            await Input.CompleteAsync();
            _socket.Dispose();
        }

        private async Task ReceiveAsync()
        {
            Exception? failure = null;
            try
            {
                while (true)
                {
                    var memory = _fromServer.Writer.GetMemory(4096);
                    var result = await _socket.ReceiveAsync(memory, CancellationToken.None);
                    if (result.MessageType == WebSocketMessageType.Close)
                    {
                        return;
                    }

                    _fromServer.Writer.Advance(result.Count);
                    if ((await _fromServer.Writer.FlushAsync()).IsCompleted)
                    {
                        return;
                    }
                }
            }
            catch (Exception e)
            {
                failure = e; // Whatever it is, among it the other loop's Abort, the reader of the pipe is told.
            }
            finally
            {
                await _fromServer.Writer.CompleteAsync(failure);
                _toServer.Reader.CancelPendingRead();
            }
        }

        private async Task SendAsync()
        {
            try
            {
                while (await _toServer.Reader.ReadAsync() is { IsCanceled: false } read)
                {
                    foreach (var segment in read.Buffer)
                    {
                        await _socket.SendAsync(segment, WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
                    }

                    if (!read.Buffer.IsEmpty)
                    {
                        await _socket.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                    }

                    _toServer.Reader.AdvanceTo(read.Buffer.End);
                    if (read.IsCompleted)
                    {
                        break;
                    }
                }

                // Also the answer to the server's own close frame, without which it would wait for one.
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            }
            catch (Exception)
            {
                _socket.Abort(); // Ends the receiving loop, which tells why.
            }
            finally
            {
                await _toServer.Reader.CompleteAsync();
            }
        }
    }
}
