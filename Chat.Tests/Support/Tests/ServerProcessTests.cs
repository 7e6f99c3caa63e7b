using System.Net.Sockets;

namespace Chat.Tests.Support.Tests;

public sealed class ServerProcessTests
{
    [Fact]
    public async Task LaunchStopLaunchAndKill_SamePort_TellsHowItEnded()
    {
        await using var server = ServerProcess.Create(new ServerSettings { Workers = 0 });
        server.Launch();
        await WaitUntilAcceptingAsync(server);
        Assert.Equal(0, await server.SigtermAsync());
        Assert.False(server.IsRunning);

        server.Launch();
        await WaitUntilAcceptingAsync(server);
        await server.Kill9Async();
        Assert.Equal(137, await server.Process.Exited);
        Assert.Null(await server.StatusAsync("/ready"));
    }

    [Fact]
    public async Task WaitUntilReadyAsync_ServerThatEnds_FailsWithItsOutput()
    {
        await using var server = ServerProcess.Create(new ServerSettings { Wrapper = ["echo"] });
        var error = await Assert.ThrowsAsync<InvalidOperationException>(server.StartAsync);
        Assert.Contains("has ended", error.Message);
        Assert.Contains("Chat.Server.dll", error.Message);
    }

    [Fact]
    public void ToEnvironment_Settings_BecomeVariables()
    {
        var settings = new ServerSettings { Database = "Host=db", Workers = 2 }.With("Auth:Issuer", "other").With("Delivery:Window", "64");
        var environment = settings.ToEnvironment(1, 2, 3);
        Assert.Equal("Host=db", environment["ConnectionStrings__Chat"]);
        Assert.Equal("2", environment["Workers__Count"]);
        Assert.Equal("other", environment["Auth__Issuer"]);
        Assert.Equal("64", environment["Delivery__Window"]);
        Assert.Equal("http://127.0.0.1:1", environment["ASPNETCORE_URLS"]);
        Assert.Equal("http://127.0.0.1:2", environment["Management__Url"]);
        Assert.Equal("false", environment["Console__Run"]);
        Assert.DoesNotContain("ConnectionStrings__Redis", environment.Keys);
    }

    private static Task WaitUntilAcceptingAsync(ServerProcess server) => Eventually.TrueAsync(
        async () =>
        {
            Assert.True(server.IsRunning, server.ToString());
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", server.Port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        "the server accepts connections");
}
