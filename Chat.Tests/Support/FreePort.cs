using System.Net;
using System.Net.Sockets;

namespace Chat.Tests.Support;

/// <summary>
/// Ports that stay ours for the whole run. They lie below the kernel's ephemeral range, so that while a server is down no
/// outgoing connection takes (or, on loopback, connects to itself on) the port that it will be restarted on; a lock file
/// keeps test runs on the same machine apart.
/// </summary>
internal static class FreePort
{
    private const int First = 15_000;
    private const int Last = 32_000;
    private static readonly List<FileStream> Claims = [];

    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            if (TryClaim(port) && CanBind(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No free port between {First} and {Last}.");
    }

    private static bool TryClaim(int port)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"chat-test-ports-{Environment.UserName}")).FullName;
        try
        {
            var claim = new FileStream(Path.Combine(folder, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            lock (Claims)
            {
                Claims.Add(claim);
            }

            return true;
        }
        catch (IOException)
        {
            return false; // Claimed by this run or by another one.
        }
    }

    private static bool CanBind(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
