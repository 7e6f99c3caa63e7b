using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Hubs.Wire;

namespace Chat.Tests.Hubs;

/// <summary>Creating and listing conversations over the wire.</summary>
public sealed class ConversationCallsTests : IAsyncLifetime
{
    private InProcessServer _server = null!;

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task CreateConversation_Direct_IsTheSameWhoeverCreatesItAndHoweverOften()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? alice.CreateAsync("direct", "bob") : bob.CreateAsync("direct", "alice")));
        Assert.Single(answers.Distinct());
        Assert.Equal(answers[0], await alice.CreateAsync("direct", "alice", "bob", "bob"));
        Assert.NotEqual(answers[0], await alice.CreateAsync("direct", "carol"));
    }

    [Fact]
    public async Task CreateConversation_New_IsSeenFromItsFirstEvent()
    {
        var alice = await _server.ConnectAsync("alice");
        var group = await CreateAsync(alice, new { kind = "group", title = "Team", members = new[] { "bob", "carol", "bob" }, policy = "realtime" });
        Assert.Matches("^c_[a-z2-7]{26}$", group.Id);
        Assert.Equal(("group", "Team", "realtime"), (group.Kind, group.Title, group.Policy));
        Assert.Equal((1L, 0L, 1L, 0L, 0L), (group.Epoch, group.Head, group.First, group.ReadSeq, group.Unread));
        Assert.Equal([new("alice", "owner"), new("bob", "member"), new("carol", "member")], group.Members);

        var direct = await CreateAsync(alice, new { kind = "direct", members = new[] { "bob" } });
        Assert.Equal(("direct", null, "durable"), (direct.Kind, direct.Title, direct.Policy));
        Assert.Equal([new("alice", "member"), new("bob", "member")], direct.Members);
    }

    [Fact]
    public async Task CreateConversation_SameIdAgain_AnswersTheSamePerCreator()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var request = new { id = "1", kind = "group", members = new[] { "carol" } };
        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CreateAsync(alice, request)));
        Assert.Single(made.Select(m => m.Id).Distinct());
        Assert.NotEqual(made[0].Id, (await CreateAsync(bob, request)).Id);
        Assert.NotEqual((await alice.CreateAsync("group", "carol")), (await alice.CreateAsync("group", "carol")));
    }

    [Fact]
    public async Task CreateConversation_BadRequests_AreNamed()
    {
        var alice = await _server.ConnectAsync("alice");
        Assert.StartsWith("members:", await MessageAsync(new { kind = "direct", members = new[] { "alice" } }));
        Assert.StartsWith("members:", await MessageAsync(new { kind = "direct", members = Array.Empty<string>() }));
        Assert.StartsWith("members:", await MessageAsync(new { kind = "direct", members = new[] { "bob", "carol" } }));
        Assert.StartsWith("kind:", await MessageAsync(new { kind = "topic", members = new[] { "bob" } }));
        Assert.StartsWith("members[0]:", await MessageAsync(new { kind = "group", members = new[] { "b\u202Eob" } }));

        async Task<string?> MessageAsync(object request)
        {
            var answer = await alice.CallAsync("CreateConversation", request);
            Assert.Equal(ErrorCodes.Invalid, ChatHubTests.CodeOf(answer));
            return answer.GetProperty("error").GetProperty("message").GetString();
        }
    }

    [Fact]
    public async Task CreateConversation_MoreMembersThanAllowed_IsRefused()
    {
        await using var small = await InProcessServer.StartAsync("Storage:MaxMembers=3");
        var alice = await small.ConnectAsync("alice");
        Assert.Equal(3, (await CreateAsync(alice, new { kind = "group", members = new[] { "b", "c" } })).Members.Count);
        Assert.Equal(
            ErrorCodes.LimitReached,
            ChatHubTests.CodeOf(await alice.CallAsync("CreateConversation", new { kind = "group", members = new[] { "b", "c", "d" } })));
    }

    [Fact]
    public async Task CreateConversation_ConnectedMembers_FollowItFromTheFirstEvent()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        await bob.NoticeAsync(NoticeKinds.Welcome);
        var conversation = await alice.CreateAsync("group", "bob");
        await alice.SendAsync(conversation, "m1", "first");
        Assert.Equal((conversation, 1L), ((await bob.EventAsync()) is var e ? (e.Conversation, e.Seq!.Value) : default));
    }

    [Fact]
    public async Task Conversations_List_IsTheCallersOwnWithTheNewestEventFirst()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var first = await alice.CreateAsync("direct", "bob");
        var second = await alice.CreateAsync("group", "bob", "carol");
        await alice.CreateAsync("direct", "carol");
        await alice.SendAsync(second, "m1", "1");
        await alice.SendAsync(first, "m2", "2");
        await alice.SendAsync(first, "m3", "3");

        var list = (await bob.CallAsync("Conversations", new { })).Deserialize<ConversationsResult>(ChatJson.Options)!;
        Assert.Equal([first, second], list.Conversations!.Select(c => c.Id));
        Assert.Equal([(2L, 2L), (1L, 1L)], list.Conversations!.Select(c => (c.Head, c.Unread)));
        Assert.Equal(3, list.Conversations![1].Members.Count);
    }

    private static async Task<Conversation> CreateAsync(WireClient client, object request)
    {
        var answer = (await client.CallAsync("CreateConversation", request)).Deserialize<ConversationResult>(ChatJson.Options)!;
        Assert.True(answer.Ok, answer.Error?.Message);
        return answer.Conversation!;
    }
}
