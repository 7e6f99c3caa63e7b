using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Chat.Tests.Support.Proxy;

namespace Chat.Tests.Support.Tests;

public sealed class TcpProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private readonly EchoServer _server = new();
    private TcpProxy _proxy = null!;

    public Task InitializeAsync()
    {
        _proxy = TcpProxy.Start(_server.Port, socketBufferBytes: 4096);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Healthy_LargeTransfer_ArrivesUnchanged()
    {
        using var client = await ConnectAsync();
        var sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        var received = ReadAsync(client, sent.Length);
        await client.SendAsync(sent);
        Assert.Equal(sent, await received);
        Assert.Equal(sent.Length, _proxy.ToServer.Bytes);
        Assert.Equal(sent.Length, _proxy.ToClient.Bytes);
    }

    [Fact]
    public async Task ClientClosesItsSide_AnswerUnderWay_StillArrives()
    {
        using var client = await ConnectAsync();
        await client.SendAsync("last words"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("last words", await ReadTextAsync(client, 10));
        Assert.Equal(0, await client.ReceiveAsync(new byte[1]).WaitAsync(Patience)); // FIN came through the server and back.
        await _proxy.WaitForLinksAsync(0);
    }

    [Fact]
    public async Task Latency_BothWays_DelaysByTheSum()
    {
        using var client = await ConnectAsync();
        Assert.Equal("a", await EchoAsync(client, "a"));
        _proxy.ToServer.Latency = _proxy.ToClient.Latency = Short;
        var watch = Stopwatch.StartNew();
        Assert.Equal("b", await EchoAsync(client, "b"));
        Assert.True(watch.Elapsed >= 2 * Short, $"took {watch.Elapsed}");
    }

    [Fact]
    public async Task Jitter_ManyChunks_KeepTheirOrder()
    {
        using var client = await ConnectAsync();
        _proxy.ToServer.Jitter = TimeSpan.FromMilliseconds(20);
        var received = ReadTextAsync(client, 200);
        var expected = "";
        for (var i = 0; i < 100; i++)
        {
            var chunk = $"{i:00}";
            expected += chunk;
            await client.SendAsync(System.Text.Encoding.ASCII.GetBytes(chunk));
        }

        Assert.Equal(expected, await received);
    }

    [Fact]
    public async Task BytesPerSecond_Transfer_TakesItsTime()
    {
        using var client = await ConnectAsync();
        _proxy.ToClient.BytesPerSecond = 10_000;
        var watch = Stopwatch.StartNew();
        await client.SendAsync(new byte[3_000]);
        await ReadAsync(client, 3_000);
        Assert.True(watch.Elapsed >= TimeSpan.FromMilliseconds(250), $"took {watch.Elapsed}");
    }

    [Fact]
    public async Task Stop_Sender_StallsUntilGo()
    {
        using var client = await ConnectAsync();
        _proxy.ToServer.Stop();
        const int Size = 8 << 20; // More than all buffers on the way.
        var received = ReadAsync(client, Size);
        var send = SendAllAsync(client, new byte[Size]);
        await Assert.ThrowsAsync<TimeoutException>(() => send.WaitAsync(Short));
        Assert.Equal(0, _proxy.ToServer.Bytes);
        _proxy.ToServer.Go();
        await send.WaitAsync(Patience);
        await received;
    }

    [Fact]
    public async Task BlackHole_OpenConnection_HearsNothingUntilHealThenReset()
    {
        using var client = await ConnectAsync();
        Assert.Equal("a", await EchoAsync(client, "a"));
        _proxy.BlackHole();
        await client.SendAsync("b"u8.ToArray());
        var read = client.ReceiveAsync(new byte[1]);
        await Assert.ThrowsAsync<TimeoutException>(() => read.WaitAsync(Short));
        _proxy.Heal();
        await AssertResetAsync(read);
        using var next = await ConnectAsync();
        Assert.Equal("c", await EchoAsync(next, "c"));
    }

    [Fact]
    public async Task BlackHole_OneWay_OtherWayGoesOn()
    {
        using var client = await ConnectAsync();
        _proxy.ToClient.BlackHole = true;
        await client.SendAsync("heard"u8.ToArray());
        await Eventually.EqualAsync(5L, () => _proxy.ToServer.Bytes, "bytes to the server");
        await Assert.ThrowsAsync<TimeoutException>(() => client.ReceiveAsync(new byte[1]).WaitAsync(Short));
    }

    [Fact]
    public async Task ResetAll_CloseAllAndHalfClose_AreToldApart()
    {
        using var reset = await ConnectAsync();
        await _proxy.WaitForLinksAsync(1);
        _proxy.ResetAll();
        await AssertResetAsync(reset.ReceiveAsync(new byte[1]));

        using var closed = await ConnectAsync();
        await _proxy.WaitForLinksAsync(1);
        _proxy.CloseAll();
        Assert.Equal(0, await closed.ReceiveAsync(new byte[1]).WaitAsync(Patience));

        using var half = await ConnectAsync();
        await _proxy.WaitForLinksAsync(1);
        _proxy.Links.Single().HalfCloseToClient();
        Assert.Equal(0, await half.ReceiveAsync(new byte[1]).WaitAsync(Patience));
        await half.SendAsync("still there"u8.ToArray());
        await _server.Heard.WaitForAsync("still there", Patience);
    }

    [Fact]
    public async Task CutAfterBytes_InTheMiddle_ResetsThere()
    {
        using var client = await ConnectAsync();
        _proxy.ToServer.CutAfterBytes = 5;
        await client.SendAsync("1234567890"u8.ToArray());
        await _server.Heard.WaitForAsync("12345", Patience);
        await Assert.ThrowsAsync<SocketException>(() => ReadAsync(client, 10));
        Assert.DoesNotContain('6', _server.Heard.ToString());
    }

    [Fact]
    public async Task Corrupt_Bytes_AreChanged()
    {
        using var client = await ConnectAsync();
        _proxy.ToServer.Corrupt = bytes => bytes.Span[0] = (byte)'X';
        Assert.Equal("Xb", await EchoAsync(client, "ab"));
    }

    [Fact]
    public async Task DownAndUp_NewConnections_AreRefusedThenTaken()
    {
        using var client = await ConnectAsync();
        await _proxy.WaitForLinksAsync(1);
        _proxy.Down();
        await AssertResetAsync(client.ReceiveAsync(new byte[1]));
        var refused = await Assert.ThrowsAsync<SocketException>(ConnectAsync);
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        _proxy.Up();
        using var next = await ConnectAsync();
        Assert.Equal("x", await EchoAsync(next, "x"));
    }

    [Fact]
    public async Task FlapAsync_Schedule_EndsUp()
    {
        using var client = await ConnectAsync();
        await _proxy.WaitForLinksAsync(1);
        await _proxy.FlapAsync(down: TimeSpan.FromMilliseconds(20), up: TimeSpan.FromMilliseconds(20), whole: TimeSpan.FromMilliseconds(100));
        await AssertResetAsync(client.ReceiveAsync(new byte[1]));
        using var next = await ConnectAsync();
        Assert.Equal("x", await EchoAsync(next, "x"));
    }

    [Fact]
    public async Task SwitchTarget_NewConnections_ReachTheOtherServer()
    {
        await using var other = new EchoServer();
        using var client = await ConnectAsync();
        await _proxy.WaitForLinksAsync(1);
        _proxy.SwitchTarget(other.Port);
        await AssertResetAsync(client.ReceiveAsync(new byte[1]));
        using var next = await ConnectAsync();
        Assert.Equal("for the other", await EchoAsync(next, "for the other"));
        await other.Heard.WaitForAsync("for the other", Patience);
        Assert.Empty(_server.Heard.Lines);
    }

    [Fact]
    public async Task NoTarget_NewConnection_IsReset()
    {
        _proxy.SwitchTarget(FreePort.Next());
        await AssertResetAsync(ConnectAndReadAsync()); // As early as in the connect, when the proxy is faster.

        async Task<int> ConnectAndReadAsync()
        {
            using var client = await ConnectAsync();
            return await client.ReceiveAsync(new byte[1]);
        }
    }

    [Theory]
    [InlineData(RequestFault.LoseReply, true)]
    [InlineData(RequestFault.LoseRequest, false)]
    public async Task On_MatchingRequest_LosesReplyOrRequest(RequestFault fault, bool serverHears)
    {
        using var client = await ConnectAsync();
        var trigger = _proxy.On(new ByteSequence("commit"), fault);
        Assert.Equal("begin com", await EchoAsync(client, "begin com")); // Half of it: nothing happens yet.
        await client.SendAsync("mit!"u8.ToArray());
        await AssertResetAsync(client.ReceiveAsync(new byte[1]));
        await trigger.Struck.WaitAsync(Patience);
        Assert.Equal(serverHears, _server.Heard.ToString().Contains('!'));

        using var next = await ConnectAsync();
        Assert.Equal("commit", await EchoAsync(next, "commit")); // Once only.
        Assert.Equal(1, trigger.Strikes);
    }

    [Fact]
    public async Task On_SwallowReplies_LeavesTheConnectionOpenAndSilent()
    {
        using var client = await ConnectAsync();
        var trigger = _proxy.On(new ByteSequence("commit"), RequestFault.SwallowReplies);
        await client.SendAsync("commit"u8.ToArray());
        await trigger.Struck.WaitAsync(Patience);
        await client.SendAsync("more"u8.ToArray());
        await _server.Heard.WaitForAsync("more", Patience);
        var read = client.ReceiveAsync(new byte[1]);
        await Assert.ThrowsAsync<TimeoutException>(() => read.WaitAsync(Short));
        _proxy.Heal();
        await AssertResetAsync(read);
    }

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, _proxy.Port);
        return client;
    }

    private static async Task<string> EchoAsync(Socket client, string text)
    {
        await client.SendAsync(System.Text.Encoding.ASCII.GetBytes(text));
        return await ReadTextAsync(client, text.Length);
    }

    private static async Task<string> ReadTextAsync(Socket client, int count) =>
        System.Text.Encoding.ASCII.GetString(await ReadAsync(client, count));

    private static async Task<byte[]> ReadAsync(Socket client, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var next = await client.ReceiveAsync(bytes.AsMemory(read)).AsTask().WaitAsync(Patience);
            Assert.NotEqual(0, next);
            read += next;
        }

        return bytes;
    }

    private static async Task SendAllAsync(Socket client, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await client.SendAsync(bytes)..];
        }
    }

    private static async Task AssertResetAsync(Task<int> read)
    {
        var error = await Assert.ThrowsAsync<SocketException>(() => read.WaitAsync(Patience));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }
}
