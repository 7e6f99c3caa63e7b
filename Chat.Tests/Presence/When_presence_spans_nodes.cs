using Chat.Contracts;
using Chat.Server.Backplane;
using Chat.Server.Presence;
using Chat.Tests.Delivery.Nodes;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Presence;

/// <summary>Two nodes on one Redis and one PostgreSQL, with short graces.</summary>
public sealed class When_presence_spans_nodes(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string[] Quick =
    [
        "Presence:Grace=00:00:02", "Presence:BeatInterval=00:00:00.200", "Presence:NodeTimeout=00:00:03", "Presence:TellInterval=00:00:00.020",
    ];

    private static string NewUser() => $"u{Guid.NewGuid():n}"[..12];

    private static async Task<(string? State, bool? Partial)> AskAsync(WireClient client, string user)
    {
        var answer = await client.CallAsync("Presence", new { users = new[] { user } });
        return (answer.GetProperty("presence").GetProperty(user).GetString(), answer.TryGetProperty("partial", out var partial) ? partial.GetBoolean() : null);
    }

    [Fact]
    public async Task Coming_and_going_is_told_and_answered_on_the_other_node()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis, Quick);
        var (alice, bob) = (NewUser(), NewUser());
        var here = await bed[0].ConnectAsync(alice);
        var group = await here.CreateAsync("group", bob, NewUser());

        var there = await bed[1].ConnectAsync(bob);
        var online = await here.NoticeAsync(NoticeKinds.Presence);
        Assert.Equal((bob, "online", null), (online.User, online.State, online.Partial));
        Assert.Equal(("online", null), await AskAsync(here, bob));
        Assert.Equal(("online", null), await AskAsync(there, alice));

        // The roster: who of the conversation is there, on whichever node.
        var roster = await here.CallAsync("Presence", new { conversation = group });
        Assert.Equal(new[] { alice, bob }.Order(), roster.GetProperty("presence").EnumerateObject().Select(p => p.Name).Order());
        var strangers = await (await bed[0].ConnectAsync(NewUser())).CallAsync("Presence", new { conversation = group });
        Assert.Equal(ErrorCodes.NotFound, strangers.GetProperty("error").GetProperty("code").GetString());

        await there.DisposeAsync();
        var offline = await here.NoticeAsync(NoticeKinds.Presence);
        Assert.Equal((bob, "offline"), (offline.User, offline.State));
    }

    [Fact]
    public async Task A_move_to_the_other_node_within_the_grace_is_silent()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis, Quick);
        var (alice, bob, carol) = (NewUser(), NewUser(), NewUser());
        var here = await bed[0].ConnectAsync(alice);
        await here.CreateAsync("group", bob, carol);
        var there = await bed[1].ConnectAsync(bob);
        Assert.Equal("online", (await here.NoticeAsync(NoticeKinds.Presence)).State);

        await there.DisposeAsync();
        await Eventually.EqualAsync(PresenceState.Away, () => StateOf(bed[0], bob), "bob, seen from the first node");
        await bed[0].ConnectAsync(bob);
        await Eventually.EqualAsync(PresenceState.Online, () => StateOf(bed[1], bob), "bob, seen from the second node");

        // Carol comes and goes: longer than bob's grace, and nothing of bob lies between.
        var third = await bed[1].ConnectAsync(carol);
        Assert.Equal((carol, "online"), await NextAsync(here));
        await third.DisposeAsync();
        Assert.Equal((carol, "offline"), await NextAsync(here));
    }

    [Fact]
    public async Task Users_of_a_node_that_falls_silent_go_offline_once_after_their_grace()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis, Quick);
        var (alice, bob, carol) = (NewUser(), NewUser(), NewUser());
        var here = await bed[0].ConnectAsync(alice);
        await here.CreateAsync("group", bob, carol);
        await bed[1].ConnectAsync(bob);
        Assert.Equal((bob, "online"), await NextAsync(here));

        bed[1].LosesChannel = PresenceMessage.Channel;
        await Eventually.EqualAsync(PresenceState.Away, () => StateOf(bed[0], bob), "bob, whose node is silent");
        Assert.Equal((bob, "offline"), await NextAsync(here));

        // It was not dead after all: what was missed is asked for, and bob comes back.
        bed[1].LosesChannel = null;
        Assert.Equal((bob, "online"), await NextAsync(here));
    }

    [Fact]
    public async Task With_Redis_lost_nobody_is_called_offline_for_it_and_answers_say_that_they_are_partial()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis, Quick);
        var (alice, bob, carol) = (NewUser(), NewUser(), NewUser());
        var here = await bed[0].ConnectAsync(alice);
        await here.CreateAsync("group", bob, carol);
        var there = await bed[1].ConnectAsync(bob);
        Assert.Equal((bob, "online"), await NextAsync(here));

        await redis.StopAsync();
        await bed.WaitForModeAsync(BackplaneMode.Database);
        Assert.Equal(("online", true), await AskAsync(here, bob));
        var own = await bed[0].ConnectAsync(carol);
        var notice = await here.NoticeAsync(NoticeKinds.Presence);
        Assert.Equal((carol, "online", true), (notice.User, notice.State, notice.Partial));

        // Gone during the outage: known when Redis is back, told after the grace.
        await there.DisposeAsync();
        await redis.StartAsync();
        await bed.WaitForModeAsync(BackplaneMode.Redis);
        Assert.Equal((bob, "offline"), await NextAsync(here));
        Assert.Equal(("offline", null), await AskAsync(own, bob));
    }

    [Fact]
    public async Task Typing_and_receipts_reach_the_other_node()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis);
        var (alice, bob) = (NewUser(), NewUser());
        var here = await bed[0].ConnectAsync(alice);
        var there = await bed[1].ConnectAsync(bob);
        var conversation = await here.CreateAsync("direct", bob);
        Assert.True((await here.SendAsync(conversation, "one", "hello")).Ok);
        Assert.Equal(1, (await there.EventAsync()).Seq);

        await there.CallAsync("Typing", new { conversation });
        var typing = await here.NoticeAsync(NoticeKinds.Typing);
        Assert.Equal((conversation, bob), (typing.Conversation, typing.User));

        await there.AckAsync(conversation, 1);
        var delivered = await here.NoticeAsync(NoticeKinds.Receipt);
        Assert.Equal((conversation, bob, 1L), (delivered.Conversation, delivered.User, delivered.DeliveredSeq));
        await there.CallAsync("MarkRead", new { conversation, seq = 1 });
        var read = await here.NoticeAsync(NoticeKinds.Receipt);
        Assert.Equal((bob, 1L), (read.User, read.ReadSeq));
    }

    private static PresenceState StateOf(ChatNode node, string user) =>
        ((PresenceService)node.Server.Services.GetService(typeof(PresenceService))!).StateOf(user);

    private static async Task<(string?, string?)> NextAsync(WireClient client)
    {
        var notice = await client.NoticeAsync(NoticeKinds.Presence);
        return (notice.User, notice.State);
    }
}
