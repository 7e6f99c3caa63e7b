using System.Net;
using System.Net.Sockets;
using Chat.Server.Workers;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;

namespace Chat.Tests.Workers.Listening;

public sealed class PortClaimTests
{
    private readonly int _port = FreePort.Next();

    private string Url => $"http://127.0.0.1:{_port}";

    [Fact]
    public void Take_PortOfAnother_IsRefusedNamingThePort()
    {
        using var other = Listening(share: false);
        AssertRefused();
    }

    [Fact]
    public void Take_AnotherWhoWouldShare_IsRefusedAllTheSame()
    {
        using var other = Listening(share: true);
        AssertRefused();
    }

    [Fact]
    public void Take_ToShare_OurWorkersBindButNoStranger()
    {
        using var claim = PortClaim.Take([Url], share: true);
        using var first = Listening(share: true);
        using var second = Listening(share: true);
        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => Listening(share: false)).SocketErrorCode);
    }

    [Fact]
    public void Take_NotToShare_LeavesThePortFree()
    {
        using var claim = PortClaim.Take([Url], share: false);
        using var server = Listening(share: false);
        Assert.True(server.IsBound);
    }

    [Fact]
    public async Task Take_ToShare_ConnectionsGoToListenersOnly()
    {
        using var claim = PortClaim.Take([Url], share: true);
        using var client = new TcpClient();
        var refused = await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, _port));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    private void AssertRefused()
    {
        var refusal = Assert.Throws<StartRefusedException>(() => PortClaim.Take([Url], share: true));
        Assert.Equal(ExitCodes.Unavailable, refusal.ExitCode);
        Assert.Contains($"Port {_port} is in use", refusal.Message, StringComparison.Ordinal);
    }

    private Socket Listening(bool share)
    {
        var socket = new SharedPort(share).Listen(new IPEndPoint(IPAddress.Loopback, _port));
        socket.Listen();
        return socket;
    }
}
