using System.Net;
using Chat.Contracts;
using Chat.Server.Access;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Chat.Tests.Hubs;

/// <summary>Limits on connecting do not bite on loopback; a forwarded request is not a loopback one.</summary>
public sealed class ConnectionLimitTests : IDisposable
{
    private readonly TestMeters _meters = new();

    [Fact]
    public void TryConnectFrom_Loopback_IsNotCountedUnlessForwarded()
    {
        var limits = Limits(new LimitsOptions { AddressConnectsPerSecond = 1, AddressConnectBurst = 1 });
        for (var i = 0; i < 10; i++)
        {
            Assert.True(limits.TryConnectFrom(From(IPAddress.Loopback), out _));
            Assert.True(limits.TryConnectFrom(From(IPAddress.IPv6Loopback), out _));
        }

        var forwarded = From(IPAddress.Loopback);
        forwarded.Request.Headers["X-Forwarded-For"] = "203.0.113.5";
        Assert.True(limits.TryConnectFrom(forwarded, out _));
        Assert.False(limits.TryConnectFrom(forwarded, out var wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
    }

    [Fact]
    public void TryConnectFrom_AddressesOfOneIPv6Network_AreOne()
    {
        var limits = Limits(new LimitsOptions { AddressConnectsPerSecond = 1, AddressConnectBurst = 1 });
        Assert.True(limits.TryConnectFrom(From(IPAddress.Parse("2001:db8:1:2::1")), out _));
        Assert.False(limits.TryConnectFrom(From(IPAddress.Parse("2001:db8:1:2:ffff::9")), out _));
        Assert.True(limits.TryConnectFrom(From(IPAddress.Parse("2001:db8:1:3::1")), out _));
        Assert.True(limits.TryConnectFrom(From(IPAddress.Parse("203.0.113.5")), out _));
        Assert.False(limits.TryConnectFrom(From(IPAddress.Parse("::ffff:203.0.113.5")), out _));
    }

    [Fact]
    public void TryEnter_MoreConnectionsThanAUserMayHave_IsRefusedButNotOnLoopback()
    {
        var limits = Limits(new LimitsOptions { ConnectionsPerUser = 2 });
        var remote = From(IPAddress.Parse("203.0.113.5"));
        Assert.True(limits.TryEnter(remote, "alice"));
        Assert.True(limits.TryEnter(remote, "alice"));
        Assert.False(limits.TryEnter(remote, "alice"));
        Assert.True(limits.TryEnter(From(IPAddress.Loopback), "alice"));
        limits.Leave("alice");
        limits.Leave("alice");
        Assert.True(limits.TryEnter(remote, "alice"));
    }

    [Fact]
    public async Task Connect_TooManyConnections_IsToldWithAByeAndClosed()
    {
        await using var server = await InProcessServer.StartAsync("Limits:ConnectionsPerUser=1");
        await using var first = await ConnectForwardedAsync(server);
        await first.NoticeAsync(NoticeKinds.Welcome);
        await using var second = await ConnectForwardedAsync(server);
        var bye = await second.NoticeAsync(NoticeKinds.Bye);
        Assert.Equal((ErrorCodes.TooManyConnections, false), (bye.Code, bye.Retry));
        await second.Closed;
        Assert.Null(ChatHubTests.CodeOf(await first.CallAsync("Ping", new { })));
    }

    [Fact]
    public async Task Connect_MoreOftenThanAUserMay_Is429()
    {
        await using var server = await InProcessServer.StartAsync("Limits:UserConnectsPerSecond=0.01", "Limits:UserConnectBurst=1");
        await using var first = await ConnectForwardedAsync(server);
        Assert.Equal(429, (await Assert.ThrowsAsync<HandshakeRefusedException>(() => ConnectForwardedAsync(server))).Status);
        await using var local = await server.ConnectAsync("alice");
        await local.NoticeAsync(NoticeKinds.Welcome);
    }

    public void Dispose() => _meters.Dispose();

    private static Task<WireClient> ConnectForwardedAsync(InProcessServer server) =>
        WireClient.ConnectAsync(server.Address, server.Token("alice"), forwardedFor: "203.0.113.5");

    private AccessLimits Limits(LimitsOptions options) => new(TestSections.Live(options), new AccessMeter(_meters.Factory), new ManualTimeProvider());

    private static DefaultHttpContext From(IPAddress address)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address;
        return context;
    }
}
