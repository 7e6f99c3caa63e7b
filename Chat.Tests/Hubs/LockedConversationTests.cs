using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Delivery.Locks;
using Chat.Server.Storage.Conversations;
using Chat.Tests.Hubs.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Hubs;

/// <summary>What clients see of a conversation that an operator has locked.</summary>
public sealed class LockedConversationTests : IAsyncLifetime
{
    private InProcessServer _server = null!;

    private LockService Locks => _server.Services.GetRequiredService<LockService>();

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Calls_InALockedConversation_AreRefusedForGoodWhereTheySaySomething()
    {
        await using var alice = await _server.ConnectAsync("alice");
        await using var bob = await _server.ConnectAsync("bob");
        var conversation = await alice.CreateAsync("group", "bob");
        Assert.True((await alice.SendAsync(conversation, "m1", "before")).Ok);
        Assert.Equal(1, (await bob.EventAsync()).Seq);
        Assert.False((await ConversationAsync(alice)).Locked);

        Assert.Equal(LockOutcome.Done, await Locks.LockAsync(conversation, "the secret reason", "op", default));

        var refused = await alice.SendAsync(conversation, "m2", "after");
        Assert.Equal((false, ErrorCodes.Locked, false, null), (refused.Ok, refused.Error?.Code, refused.Error!.Retryable, refused.Error.RetryAfter));
        Assert.DoesNotContain("secret", refused.Error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.Locked, ChatHubTests.CodeOf(await alice.CallAsync("Edit", new { id = "e1", conversation, @ref = "m1", body = 1 })));
        Assert.Equal(ErrorCodes.Locked, ChatHubTests.CodeOf(await alice.CallAsync("Delete", new { id = "d1", conversation, @ref = "m1" })));
        Assert.Equal(ErrorCodes.Locked, ChatHubTests.CodeOf(await bob.CallAsync("React", new { id = "r1", conversation, @ref = "m1", emoji = "+1" })));
        Assert.Equal((ReceiptStatus.Duplicate, 1L), await alice.SendAsync(conversation, "m1", "before") is var again ? (again.Status, again.Seq) : default);
        using (var response = await PostAsync("send", new { id = "m3", conversation, type = "text", body = 1 }))
        {
            Assert.Equal(HttpStatusCode.Locked, response.StatusCode);
            Assert.Equal(ErrorCodes.Locked, JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("error").GetProperty("code").GetString());
        }

        Assert.Equal(1, (await alice.CallAsync("History", new { conversation })).GetProperty("head").GetInt64());
        Assert.True((await bob.CallAsync("MarkRead", new { conversation, seq = 1 })).GetProperty("ok").GetBoolean());
        Assert.True((await ConversationAsync(alice)).Locked);
        Assert.True((await bob.CallAsync("Leave", new { conversation })).GetProperty("ok").GetBoolean());

        await Locks.UnlockAsync(conversation, default);
        Assert.Equal(3, (await alice.SendAsync(conversation, "m4", "open again")).Seq);
    }

    [Fact]
    public async Task Publish_ToALockedTopic_IsRefused()
    {
        await using var alice = await _server.ConnectAsync("alice");
        Assert.True((await alice.CallAsync("Publish", new { id = "p1", topic = "news", type = "t", body = 1 })).GetProperty("ok").GetBoolean());

        await Locks.LockAsync(TopicIds.ConversationOf("news"), "spam", "op", default);

        Assert.Equal(ErrorCodes.Locked, ChatHubTests.CodeOf(await alice.CallAsync("Publish", new { id = "p2", topic = "news", type = "t", body = 1 })));
        Assert.Equal(1, (await alice.CallAsync("Subscribe", new { topic = "news", from = "start" })).GetProperty("head").GetInt64());
        Assert.Equal("p1", (await alice.EventAsync()).Id);
    }

    private static async Task<Conversation> ConversationAsync(WireClient client) =>
        Assert.Single((await client.CallAsync("Conversations", new { })).Deserialize<ConversationsResult>(ChatJson.Options)!.Conversations!);

    private async Task<HttpResponseMessage> PostAsync(string call, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/{call}") { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _server.Token("alice"));
        return await _server.Http.SendAsync(request);
    }
}
