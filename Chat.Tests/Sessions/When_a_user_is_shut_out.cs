using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Chat.Contracts;
using Chat.Server.Sessions;
using Chat.Tests.Hubs;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Sessions;

/// <summary>Two nodes on one database. Who is blocked, or removed from a conversation, on one of them gets nothing on the other after five seconds.</summary>
public sealed class When_a_user_is_shut_out(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(5);

    private Task<InProcessServer> NodeAsync(string? redis = null) => InProcessServer.StartAsync(
    [
        $"ConnectionStrings:Chat={database.ConnectionString}",
        $"Auth:SigningKey={TestTokens.SigningKey}",
        .. redis is null ? Array.Empty<string>() : [$"ConnectionStrings:Redis={redis}"],
    ]);

    private static string NewUser(string name) => $"{name}-{Guid.NewGuid():n}"[..20];

    [Fact]
    public async Task On_another_node_without_Redis_it_holds()
    {
        await using var here = await NodeAsync();
        await using var there = await NodeAsync();
        await HoldsAsync(here, there);
    }

    [Fact]
    public async Task With_Redis_gone_it_holds()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var here = await NodeAsync(redis.ConnectionString);
        await using var there = await NodeAsync(redis.ConnectionString);
        await redis.KillAsync();
        await HoldsAsync(here, there);
    }

    private static async Task HoldsAsync(InProcessServer here, InProcessServer there)
    {
        var (owner, bad, removed) = (NewUser("owner"), NewUser("bad"), NewUser("removed"));
        var alice = await here.ConnectAsync(owner);
        var group = await alice.CreateAsync("group", bad, removed);
        var mallory = await there.ConnectAsync(bad);
        var bob = await there.ConnectAsync(removed);
        Assert.True((await alice.SendAsync(group, $"{group}-1", "all")).Ok);
        Assert.Equal(1, (await mallory.EventAsync()).Seq);
        Assert.Equal(1, (await bob.EventAsync()).Seq);

        var blocks = here.Services.GetRequiredService<BlockService>();
        await blocks.BlockAsync(bad, "abuse", "op", null, default);
        await mallory.Closed.WaitAsync(Promise);
        Assert.Null(ChatHubTests.CodeOf(await alice.CallAsync("RemoveMember", new { conversation = group, user = removed })));
        var bye = await mallory.NoticeAsync(NoticeKinds.Bye);
        Assert.Equal((ErrorCodes.Disconnected, false), (bye.Code, bye.Retry));

        // The event of the removal is the last one.
        var last = await bob.EventAsync().WaitAsync(Promise);
        Assert.Equal(EventTypes.Member, last.Type);
        var revoked = await bob.NoticeAsync(NoticeKinds.Revoked).WaitAsync(Promise);
        Assert.Equal((group, ErrorCodes.NotFound), (revoked.Conversation, revoked.Reason));
        for (var n = 2; n < 12; n++)
        {
            Assert.True((await alice.SendAsync(group, $"{group}-{n}", "those who are left")).Ok);
        }

        var direct = await alice.CreateAsync("direct", removed);
        Assert.True((await alice.SendAsync(direct, $"{direct}-1", "you")).Ok);
        Assert.Equal(direct, (await bob.EventAsync()).Conversation);
        Assert.Equal(ErrorCodes.NotFound, ChatHubTests.CodeOf(await bob.CallAsync("History", new { conversation = group })));
        Assert.Equal(0, mallory.EventsWaiting);

        // No door lets them in, on either node, and a token that is still good is no help.
        foreach (var node in (InProcessServer[])[here, there])
        {
            Assert.Equal(403, (await Assert.ThrowsAsync<HandshakeRefusedException>(() => node.ConnectAsync(bad))).Status);
            Assert.Equal((HttpStatusCode.Forbidden, ErrorCodes.Forbidden), await HistoryByHttpAsync(node, bad, group));
            Assert.Equal((HttpStatusCode.NotFound, ErrorCodes.NotFound), await HistoryByHttpAsync(node, removed, group));
        }

        Assert.True(await blocks.UnblockAsync(bad, default));
        var back = await Eventually.GetAsync(() => TryConnectAsync(there, bad), client => client is not null, "the user is let in again", Promise);
        Assert.Equal(bad, (await back!.NoticeAsync(NoticeKinds.Welcome)).User);
        Assert.Equal((HttpStatusCode.OK, null), await HistoryByHttpAsync(there, bad, group));
        // Nothing was lost meanwhile: the queue waited.
        Assert.Equal(12, (await NextAsync(back, 12)).Seq);
    }

    private static async Task<ChatEvent> NextAsync(WireClient client, long seq)
    {
        ChatEvent e;
        do
        {
            e = await client.EventAsync();
        }
        while (e.Seq != seq);
        return e;
    }

    private static async Task<(HttpStatusCode Status, string? Code)> HistoryByHttpAsync(InProcessServer node, string user, string conversation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/history") { Content = JsonContent.Create(new { conversation }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", node.Token(user));
        using var response = await node.Http.SendAsync(request);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<HistoryResult>(ChatJson.Options))!.Error?.Code);
    }

    private static async Task<WireClient?> TryConnectAsync(InProcessServer node, string user)
    {
        try
        {
            return await node.ConnectAsync(user);
        }
        catch (HandshakeRefusedException)
        {
            return null;
        }
    }
}
