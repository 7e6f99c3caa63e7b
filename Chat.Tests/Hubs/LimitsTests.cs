using Chat.Contracts;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Hubs;

/// <summary>What happens beyond the limits, as a client sees it.</summary>
public sealed class LimitsTests
{
    [Fact]
    public async Task Send_BeyondTheBurst_IsToldWhenToComeBack()
    {
        await using var server = await InProcessServer.StartAsync("Limits:SendsPerSecond=0.01", "Limits:SendBurst=3");
        var alice = await server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        for (var i = 1; i <= 3; i++)
        {
            Assert.True((await alice.SendAsync(conversation, $"m{i}", "fine")).Ok);
        }

        var refused = await alice.SendAsync(conversation, "m4", "too many");
        Assert.Equal((ErrorCodes.RateLimited, true, "m4"), (refused.Error?.Code, refused.Error?.Retryable, refused.Id));
        Assert.InRange(refused.Error!.RetryAfter!.Value, 0.01, 100);

        var bob = await server.ConnectAsync("bob");
        Assert.True((await bob.SendAsync(conversation, "m5", "counted apart")).Ok);
        var batch = await alice.CallAsync("SendBatch", new { items = new[] { new { id = "m6", conversation, type = "text", body = 1 } } });
        Assert.Equal(ErrorCodes.RateLimited, ChatHubTests.CodeOf(batch));
    }

    [Fact]
    public async Task Calls_BeyondTheirBurst_DoNotStopSends()
    {
        await using var server = await InProcessServer.StartAsync("Limits:CallsPerSecond=0.01", "Limits:CallBurst=2", "Limits:SignalsPerSecond=0.01", "Limits:SignalBurst=1");
        var alice = await server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        Assert.Null(ChatHubTests.CodeOf(await alice.CallAsync("Conversations", new { })));
        foreach (var (method, argument) in new (string, object)[]
        {
            ("Conversations", new { }),
            ("History", new { conversation }),
            ("Presence", new { users = new[] { "bob" } }),
            ("MarkRead", new { conversation, seq = 1 }),
            ("Leave", new { conversation }),
        })
        {
            Assert.Equal(ErrorCodes.RateLimited, ChatHubTests.CodeOf(await alice.CallAsync(method, argument)));
        }

        Assert.Null(ChatHubTests.CodeOf(await alice.CallAsync("Ping", new { })));
        Assert.Equal(ErrorCodes.RateLimited, ChatHubTests.CodeOf(await alice.CallAsync("Ping", new { })));
        Assert.True((await alice.SendAsync(conversation, "m1", "still fine")).Ok);

        using var management = new HttpClient { BaseAddress = server.ManagementAddress };
        string[] counted = ["""chat_ratelimit_rejected_total{policy="call"} 5""", """chat_ratelimit_rejected_total{policy="signal"} 1"""];
        await Eventually.EqualAsync(
            string.Join(' ', counted),
            async () => string.Join(' ', (await management.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith("chat_ratelimit_rejected_total", StringComparison.Ordinal)).Order(StringComparer.Ordinal)),
            "what the limits turned away");
    }

    [Fact]
    public async Task Send_BodyBeyondTheLimit_IsRefusedAndTheConnectionLives()
    {
        await using var server = await InProcessServer.StartAsync();
        var alice = await server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        var refused = await alice.SendAsync(conversation, "m1", new string('x', 32 * 1024));
        Assert.Equal(ErrorCodes.TooLarge, refused.Error?.Code);
        Assert.True((await alice.SendAsync(conversation, "m2", new string('x', 32 * 1024 - 20))).Ok);
    }

    [Fact]
    public async Task AnyCall_FrameBeyondTheLimit_ClosesThatConnectionAlone()
    {
        await using var server = await InProcessServer.StartAsync();
        var alice = await server.ConnectAsync("alice");
        var bob = await server.ConnectAsync("bob");
        await alice.StartAsync("Send", new { id = "m1", conversation = "c", type = "text", body = new string('x', 64 * 1024) });
        await alice.Closed;
        Assert.Null(ChatHubTests.CodeOf(await bob.CallAsync("Ping", new { })));
    }

    [Theory]
    [InlineData("""{"type":1,"invocationId":"x","target":"Nothing","arguments":[{}]}""", false)]
    [InlineData("""{"type":1,"invocationId":"x","target":"Send","arguments":[]}""", false)]
    [InlineData("""{"type":1,"invocationId":"x","target":"Send","arguments":["text"]}""", false)]
    [InlineData("""{"type":1,"invocationId":"x","target":"MarkRead","arguments":[{"conversation":"c","seq":"one"}]}""", false)]
    [InlineData("""{"type":1,""", true)]
    [InlineData("nonsense", true)]
    public async Task MalformedFrame_IsRefusedWithoutDetails(string frame, bool closes)
    {
        await using var server = await InProcessServer.StartAsync();
        var alice = await server.ConnectAsync("alice");
        var bob = await server.ConnectAsync("bob");
        await alice.WriteAsync(frame);
        if (closes)
        {
            await alice.Closed;
        }
        else
        {
            Assert.Null(ChatHubTests.CodeOf(await alice.CallAsync("Conversations", new { })));
        }

        Assert.Null(ChatHubTests.CodeOf(await bob.CallAsync("Ping", new { })));
    }
}
