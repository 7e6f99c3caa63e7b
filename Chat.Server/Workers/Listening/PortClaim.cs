using System.Net;
using System.Net.Sockets;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Listening;

/// <summary>
/// Holds ports for the workers. SO_REUSEPORT would let a second server (of the same user) take its share of our connections
/// without anybody noticing, so the ports are bound once without it, and only then opened for sharing. The sockets never listen:
/// the kernel gives connections to the workers alone, and the ports stay ours while no worker is there.
/// </summary>
internal sealed class PortClaim : IDisposable
{
    private readonly List<Socket> _held = [];

    private PortClaim()
    {
    }

    /// <summary>Claims all or throws <see cref="StartRefusedException"/> that names the address.</summary>
    /// <param name="urls">The addresses.</param>
    /// <param name="share">Keep them and let our workers bind them too; otherwise they are only looked at and freed again.</param>
    public static PortClaim Take(IEnumerable<string> urls, bool share)
    {
        var claim = new PortClaim();
        try
        {
            foreach (var url in urls)
            {
                foreach (var endPoint in ListenUrls.EndPoints(url))
                {
                    claim.Bind(url, endPoint);
                }
            }

            if (share)
            {
                claim._held.ForEach(SharedPort.Share);
            }
            else
            {
                claim.Dispose();
            }

            return claim;
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _held.ForEach(socket => socket.Dispose());
        _held.Clear();
    }

    private void Bind(string url, IPEndPoint endPoint)
    {
        try
        {
            var socket = SharedPort.Create(endPoint);
            _held.Add(socket);
            socket.Bind(endPoint);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            throw new StartRefusedException(ExitCodes.Unavailable, $"Port {endPoint.Port} is in use by another process ({url}). Stop that process or choose another address.");
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AccessDenied)
        {
            throw new StartRefusedException(ExitCodes.Configuration, $"Port {endPoint.Port} may not be bound by this user ({url}).");
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            // "localhost" is two addresses and one of them (::1) is missing on many machines; Kestrel carries on without it, too.
            if (!IPAddress.IsLoopback(endPoint.Address))
            {
                throw new StartRefusedException(ExitCodes.Configuration, $"{endPoint.Address} is not an address of this machine ({url}).");
            }
        }
    }
}
