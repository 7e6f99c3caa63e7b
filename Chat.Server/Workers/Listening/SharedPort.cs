using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Chat.Server.Workers.Listening;

/// <summary>
/// The listening sockets of this process, on ports that several processes may share. Kestrel's own transport cannot close its
/// listeners before its connections; here they are ours, so that a draining worker stops accepting first and the kernel
/// sends newcomers to the others.
/// </summary>
internal sealed class SharedPort(bool share)
{
    private const int SolSocket = 1;
    private const int SoReusePort = 15;

    private readonly ConcurrentBag<Socket> _listeners = [];

    /// <summary>The option's number and its meaning (the kernel spreads connections over the listeners) are Linux's.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    public Socket Listen(EndPoint endPoint)
    {
        Socket socket;
        if (endPoint is IPEndPoint ip)
        {
            socket = Create(ip);
            try
            {
                if (share)
                {
                    Share(socket);
                }

                socket.Bind(ip);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        else
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }

        _listeners.Add(socket);
        return socket;
    }

    /// <summary>Kestrel takes a closed listener for the end of accepting; established connections go on.</summary>
    public void StopAccepting()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }
    }

    internal static Socket Create(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            socket.DualMode = true;
        }

        return socket;
    }

    internal static void Share(Socket socket) => socket.SetRawSocketOption(SolSocket, SoReusePort, [1, 0, 0, 0]);
}
