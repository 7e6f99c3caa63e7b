using System.Net;
using Chat.Server.Workers.Runtime;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers.Listening;

/// <summary>
/// A worker listens only when it has warmed up: from that moment the kernel gives it its share of all newcomers, however long it
/// takes over the first of them.
/// </summary>
internal sealed class WarmListeners(WarmUpRun warmUp, IOptions<SocketTransportOptions> sockets, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _inner = new(sockets, loggers);

    public bool CanBind(EndPoint endpoint) => _inner.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        await warmUp.RunAsync(cancellationToken);
        return await _inner.BindAsync(endpoint, cancellationToken);
    }
}
