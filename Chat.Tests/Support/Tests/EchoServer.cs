using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Tests.Support.Tests;

/// <summary>Sends back what it hears; <see cref="Heard"/> keeps it, one entry a read.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task _accept;

    public EchoServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen();
        _accept = AcceptAsync();
    }

    public int Port { get; } = FreePort.Next();

    public OutputLog Heard { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accept;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(EchoAsync(await _listener.AcceptAsync()));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task EchoAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var buffer = new byte[64 * 1024];
                while (await connection.ReceiveAsync(buffer) is > 0 and var count)
                {
                    Heard.Add(Encoding.ASCII.GetString(buffer, 0, count));
                    for (var rest = buffer.AsMemory(0, count); rest.Length > 0;)
                    {
                        rest = rest[await connection.SendAsync(rest)..];
                    }
                }
            }
            catch (SocketException)
            {
                // Reset by the proxy.
            }
        }
    }
}
