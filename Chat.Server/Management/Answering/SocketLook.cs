using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Management.Answering;

/// <summary>
/// What the kernel knows of a connection's socket (<c>TCP_INFO</c> of Linux): it measures the way there and back at every segment anyway, so nothing is sent for it and nothing
/// is timed here. Behind a proxy it is the way to the proxy. Asked only when an operator looks.
/// </summary>
internal readonly record struct SocketLook(double RoundTripMilliseconds, long UnsentBytes)
{
    private const int Tcp = 6;
    private const int TcpInfo = 11;

    // Places in struct tcp_info; what an older kernel does not know lies behind what it tells.
    private const int RoundTripAt = 68;
    private const int UnsentAt = 144;
    private const int Needed = UnsentAt + sizeof(uint);

    /// <summary>Null: not known, as on other systems and for connections that are no socket of their own.</summary>
    public static SocketLook? At(HubConnectionContext connection)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            return connection.GetHttpContext()?.Features.Get<IConnectionSocketFeature>()?.Socket is { ProtocolType: ProtocolType.Tcp } socket ? Read(socket) : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has just been closed.
            return null;
        }
    }

    private static SocketLook? Read(Socket socket)
    {
        Span<byte> info = stackalloc byte[Needed];
        if (socket.GetRawSocketOption(Tcp, TcpInfo, info) < Needed)
        {
            return null;
        }

        return new(ReadNumber(info, RoundTripAt) / 1000.0, ReadNumber(info, UnsentAt));
    }

    private static uint ReadNumber(ReadOnlySpan<byte> info, int at) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(info[at..]) : BinaryPrimitives.ReadUInt32BigEndian(info[at..]);
}
