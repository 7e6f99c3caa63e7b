using System.Text;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Hubs.Hostile;

/// <summary>Bytes that no client would send. That connection ends; nothing is told about the server, and the others go on.</summary>
public sealed class HostileFramesTests : IAsyncLifetime
{
    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";
    private InProcessServer _server = null!;
    private WireClient _bystander = null!;

    public async Task InitializeAsync()
    {
        _server = await InProcessServer.StartAsync("Hubs:HandshakeTimeout=00:00:02");
        _bystander = await _server.ConnectAsync("bystander");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private async Task EndsAsync(RawWebSocket socket)
    {
        await socket.ClosedAsync();
        foreach (var word in (string[])["   at ", "Exception", "Chat.Server", "Microsoft.", "System."])
        {
            Assert.DoesNotContain(word, socket.Heard);
        }

        Assert.Null(ChatHubTests.CodeOf(await _bystander.CallAsync("Ping", new { })));
    }

    [Theory]
    [InlineData("unmasked")]
    [InlineData("reserved bit")]
    [InlineData("unknown opcode")]
    [InlineData("length with its highest bit set")]
    [InlineData("huge length, then silence and more")]
    [InlineData("ping that is too long")]
    [InlineData("ping in parts")]
    [InlineData("continuation of nothing")]
    [InlineData("new message within a message")]
    [InlineData("compressed, which was not agreed on")]
    public async Task Frame_AgainstTheRulesOfWebSockets_EndsTheConnection(string what)
    {
        await using var socket = await RawWebSocket.ReadyAsync(_server.Address, _server.Token("mallory"));
        var text = "{\"type\":6}\u001e"u8.ToArray();
        await (what switch
        {
            "unmasked" => socket.SendFrameAsync(RawWebSocket.Text, text, masked: false),
            "reserved bit" => socket.SendFrameAsync(RawWebSocket.Text, text, first: 0xA0),
            "unknown opcode" => socket.SendFrameAsync(0x5, text),
            "length with its highest bit set" => socket.SendFrameAsync(RawWebSocket.Text, text, claimed: long.MinValue),
            "huge length, then silence and more" => socket.SendFrameAsync(RawWebSocket.Text, new byte[128 * 1024], claimed: long.MaxValue),
            "ping that is too long" => socket.SendFrameAsync(RawWebSocket.Ping, new byte[126]),
            "ping in parts" => socket.SendFrameAsync(RawWebSocket.Ping, text, first: 0),
            "continuation of nothing" => socket.SendFrameAsync(0x0, text),
            "new message within a message" => TwiceAsync(),
            _ => socket.SendFrameAsync(RawWebSocket.Text, text, first: 0xC0),
        });
        await EndsAsync(socket);

        async Task TwiceAsync()
        {
            await socket.SendFrameAsync(RawWebSocket.Text, text, first: 0);
            await socket.SendFrameAsync(RawWebSocket.Text, text, first: 0);
        }
    }

    public static TheoryData<string, byte[]> BadMessages() => new()
    {
        { "invalid UTF-8", [.. "{\"type\":1,\"target\":\"Send\",\"arguments\":[{\"id\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}]}\u001e"u8] },
        { "ten thousand deep", [.. "{\"type\":1,\"target\":\"Send\",\"arguments\":["u8, .. Enumerable.Repeat((byte)'[', 10_000), 0x1E] },
        { "ten thousand deep objects", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "\u001e") },
        { "no JSON", "\u0001\u0002\u001e"u8.ToArray() },
        { "no object", "[]\u001e"u8.ToArray() },
        { "no type", "{}\u001e"u8.ToArray() },
        { "type that is no number", "{\"type\":\"1\"}\u001e"u8.ToArray() },
        { "never an end", [.. Enumerable.Repeat((byte)' ', 70 * 1024)] },
        { "an id of another kind", "{\"type\":1,\"invocationId\":7,\"target\":\"Ping\",\"arguments\":[{}]}\u001e"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(BadMessages))]
    public async Task Message_AgainstTheRulesOfTheProtocol_EndsTheConnection(string what, byte[] message)
    {
        await using var socket = await RawWebSocket.ReadyAsync(_server.Address, _server.Token("mallory"));
        await socket.SendFrameAsync(RawWebSocket.Text, message);
        await EndsAsync(socket);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData(50, false)]
    [InlineData(100, true)]
    public async Task Body_Nested_MayBeDeepButNotWithoutEnd(int depth, bool ends)
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("group", "bob");
        var body = new string('[', depth) + new string(']', depth);
        await alice.WriteAsync($$"""{"type":1,"target":"Send","arguments":[{"id":"deep","conversation":"{{conversation}}","type":"t","body":{{body}}}]}""");
        if (ends)
        {
            await alice.Closed;
        }
        else
        {
            Assert.Equal(body, (await alice.RawEventAsync()).GetProperty("body").GetRawText());
        }

        Assert.Null(ChatHubTests.CodeOf(await _bystander.CallAsync("Ping", new { })));
    }

    public static TheoryData<string, byte[]> BadHandshakes() => new()
    {
        { "another protocol", "{\"protocol\":\"messagepack\",\"version\":1}\u001e"u8.ToArray() },
        { "another version", "{\"protocol\":\"json\",\"version\":99}\u001e"u8.ToArray() },
        { "no JSON", "nonsense\u001e"u8.ToArray() },
        { "too long", [.. Enumerable.Repeat((byte)'x', 70 * 1024)] },
        { "a call at once", "{\"type\":1,\"target\":\"Ping\",\"arguments\":[{}]}\u001e"u8.ToArray() },
        { "nothing", [] },
    };

    [Theory]
    [MemberData(nameof(BadHandshakes))]
    public async Task Handshake_ThatIsNone_EndsTheConnection(string what, byte[] handshake)
    {
        await using var socket = await RawWebSocket.UpgradedAsync(_server.Address, _server.Token("mallory"));
        await socket.SendFrameAsync(RawWebSocket.Text, handshake);
        await EndsAsync(socket);
        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task Handshake_OneByteAfterTheOther_IsNotWaitedForForEver()
    {
        await using var socket = await RawWebSocket.UpgradedAsync(_server.Address, _server.Token("mallory"));
        var closed = socket.ClosedAsync();
        foreach (var one in Encoding.ASCII.GetBytes(Handshake))
        {
            if (await Task.WhenAny(closed, Task.Delay(250)) == closed)
            {
                break;
            }

            try
            {
                await socket.SendFrameAsync(RawWebSocket.Text, [one], first: 0);
            }
            catch (IOException)
            {
                // Closed in between.
            }
        }

        await closed;
        await EndsAsync(socket);
    }

    [Fact]
    public async Task Pings_InAFlood_DoNotHoldUpTheOthers()
    {
        await using var socket = await RawWebSocket.ReadyAsync(_server.Address, _server.Token("mallory"));
        byte[] many = [.. Enumerable.Repeat("{\"type\":6}\u001e"u8.ToArray(), 5_000).SelectMany(p => p)];
        for (var i = 0; i < 20; i++)
        {
            await socket.SendFrameAsync(RawWebSocket.Ping, "x"u8.ToArray());
            await socket.SendFrameAsync(RawWebSocket.Text, many);
        }

        Assert.Null(ChatHubTests.CodeOf(await _bystander.CallAsync("Ping", new { })));
    }
}
