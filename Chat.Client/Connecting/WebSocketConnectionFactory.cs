using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace Chat.Client.Connecting;

/// <summary>Opens the WebSocket itself: no negotiation, so that any node behind any load balancer can take the connection.</summary>
internal sealed class WebSocketConnectionFactory(ChatClientOptions options) : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var address = ((UriEndPoint)endpoint).Uri;
        var token = options.AccessTokenProvider is { } provider ? await provider(cancellationToken) : null;
        var socket = new ClientWebSocket();
        try
        {
            // SignalR's own pings show both sides that the other is there; the frames' ping would be a second one.
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            socket.Options.CollectHttpResponseDetails = true;
            options.ConfigureWebSocket?.Invoke(socket.Options);
            if (token is not null)
            {
                socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
            }

            await socket.ConnectAsync(address, cancellationToken);
            socket.HttpResponseHeaders = null;
            return new WebSocketConnection(socket, options.CloseTimeout, options.TimeProvider);
        }
        catch (WebSocketException e) when (socket.HttpStatusCode != default)
        {
            var refused = new ConnectRefusedException(socket.HttpStatusCode, RetryAfter(socket), e);
            socket.Dispose();
            throw refused;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private TimeSpan? RetryAfter(ClientWebSocket socket)
    {
        if (socket.HttpResponseHeaders is not { } headers
            || !headers.TryGetValue("Retry-After", out var values)
            || !RetryConditionHeaderValue.TryParse(values.FirstOrDefault(), out var condition))
        {
            return null;
        }

        var wait = condition.Delta ?? condition.Date - options.TimeProvider.GetUtcNow();
        return BackOff.Seconds(wait?.TotalSeconds);
    }
}
