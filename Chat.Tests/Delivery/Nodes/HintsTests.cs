using System.Diagnostics;
using Chat.Contracts;
using Chat.Server.Backplane;
using Chat.Server.Delivery.Nodes;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Delivery.Nodes;

/// <summary>Several nodes as their clients see them.</summary>
public sealed class HintsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static string NewUser() => $"u{Guid.NewGuid():n}"[..12];

    private static async Task SendAsync(WireClient client, string conversation, string id)
    {
        var receipt = await client.SendAsync(conversation, id, "hello");
        Assert.True(receipt.Ok, receipt.Error?.ToString());
    }

    [Fact]
    public async Task Hint_ReachesClientsOfAnotherNode_AlsoInConversationsCreatedMeanwhile()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis, NodeBed.NeverPolls);
        var (alice, bob) = (NewUser(), NewUser());
        var there = await bed[1].ConnectAsync(bob);
        var here = await bed[0].ConnectAsync(alice);

        var conversation = await here.CreateAsync("direct", bob);
        for (var n = 1; n <= 20; n++)
        {
            await SendAsync(here, conversation, $"{conversation}-{n}");
        }

        for (var n = 1; n <= 20; n++)
        {
            var e = await there.EventAsync();
            Assert.Equal((conversation, (long)n, $"{conversation}-{n}", alice), (e.Conversation, e.Seq!.Value, e.Id, e.Sender));
            Assert.Equal("hello", e.Body!.Value.GetProperty("text").GetString());
        }

        await Eventually.EqualAsync(20, () => bed[0].Counter("chat.backplane.hint.sent"), "hints sent");
        Assert.Equal(20, bed[1].Counter("chat.backplane.hint.received"));
        Assert.Equal(0, bed[1].Counter("chat.backplane.hint.recovered"));
    }

    [Fact]
    public async Task Hint_OfAnAddedMember_StartsTheirConnectionsOnAnotherNode()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis, NodeBed.NeverPolls);
        var (alice, bob) = (NewUser(), NewUser());
        var there = await bed[1].ConnectAsync(bob);
        var here = await bed[0].ConnectAsync(alice);
        var group = await here.CreateAsync("group");
        await SendAsync(here, group, $"{group}-before");

        await here.CallAsync("AddMembers", new { conversation = group, users = new[] { bob } });
        await SendAsync(here, group, $"{group}-after");

        Assert.Equal((2L, EventTypes.Member), await SeqAndTypeAsync(there));
        Assert.Equal((3L, "text"), await SeqAndTypeAsync(there));

        static async Task<(long, string)> SeqAndTypeAsync(WireClient client)
        {
            var e = await client.EventAsync();
            return (e.Seq!.Value, e.Type);
        }
    }

    [Fact]
    public async Task Hint_DroppedOnTheWay_TheEventArrivesWithTheSweepAndIsCounted()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(
            2, database.ConnectionString, redis, "Delivery:FollowInterval=00:00:01", "Delivery:SweepInterval=00:00:01");
        var (alice, bob) = (NewUser(), NewUser());
        var there = await bed[1].ConnectAsync(bob);
        var here = await bed[0].ConnectAsync(alice);
        var conversation = await here.CreateAsync("direct", bob);
        await SendAsync(here, conversation, $"{conversation}-1");
        Assert.Equal(1, (await there.EventAsync()).Seq);
        var recovered = bed[1].Counter("chat.backplane.hint.recovered");

        bed[0].LosesChannel = Hint.Channel;
        await SendAsync(here, conversation, $"{conversation}-2");
        Assert.Equal(2, (await there.EventAsync()).Seq);
        Assert.Equal(recovered + 1, bed[1].Counter("chat.backplane.hint.recovered"));

        // The next one that is told finds nothing missing.
        bed[0].LosesChannel = null;
        await SendAsync(here, conversation, $"{conversation}-3");
        Assert.Equal(3, (await there.EventAsync()).Seq);
    }

    [Fact]
    public async Task Hint_DroppedAmongOthers_TheNextOneShowsTheGapAndOneReadFillsIt()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis, NodeBed.NeverPolls);
        var (alice, bob) = (NewUser(), NewUser());
        var there = await bed[1].ConnectAsync(bob);
        var here = await bed[0].ConnectAsync(alice);
        var conversation = await here.CreateAsync("direct", bob);
        await SendAsync(here, conversation, $"{conversation}-1");
        Assert.Equal(1, (await there.EventAsync()).Seq);

        bed[0].LosesChannel = Hint.Channel;
        await SendAsync(here, conversation, $"{conversation}-2");
        await Eventually.EqualAsync(2, () => bed[0].Counter("chat.backplane.hint.sent"), "hints sent");
        bed[0].LosesChannel = null;
        await SendAsync(here, conversation, $"{conversation}-3");

        Assert.Equal(2, (await there.EventAsync()).Seq);
        Assert.Equal(3, (await there.EventAsync()).Seq);
    }

    [Fact]
    public async Task Senders_OnThreeNodesToOneConversation_EveryClientSeesOneOrderWithoutAGap()
    {
        const int Each = 150;
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(3, database.ConnectionString, redis, "Limits:SendsPerSecond=0");
        var users = new[] { NewUser(), NewUser(), NewUser() };
        var clients = new List<WireClient>();
        foreach (var node in bed.Nodes)
        {
            foreach (var user in users)
            {
                clients.Add(await node.ConnectAsync(user, $"d{bed.Nodes.IndexOf(node)}"));
            }
        }

        var group = await clients[0].CreateAsync("group", users);
        var seen = clients.ConvertAll(c => ReadAsync(c, group, Each * users.Length));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(node => Task.Run(async () =>
        {
            for (var n = 0; n < Each; n++)
            {
                // The client of user n on node n: senders are on all nodes.
                await SendAsync(clients[node * 4], group, $"{group}-{node}-{n}");
            }
        })));

        var logs = await Task.WhenAll(seen);
        Assert.All(logs, log => Assert.Equal(logs[0], log));
        Assert.Equal(Enumerable.Range(1, Each * users.Length).Select(n => (long)n), logs[0].Select(e => e.Seq));
        Assert.Equal(Each * users.Length, logs[0].Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public async Task NoRedis_NodesWakeEachOtherThroughPostgreSQL()
    {
        // No hint can come, so none is waited for: with this pause before each of the ten events it would take 50 s.
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis: null, [.. NodeBed.NeverPolls, "Delivery:GapWait=00:00:05"]);
        var (alice, bob) = (NewUser(), NewUser());
        var there = await bed[1].ConnectAsync(bob);
        var here = await bed[0].ConnectAsync(alice);
        var conversation = await here.CreateAsync("direct", bob);
        var start = Stopwatch.GetTimestamp();
        for (var n = 1; n <= 10; n++)
        {
            await SendAsync(here, conversation, $"{conversation}-{n}");
            Assert.Equal(n, (await there.EventAsync()).Seq);
        }

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(45));
        Assert.Equal(BackplaneMode.Database, bed[0].Bus.Status.Mode);
    }

    [Fact]
    public async Task RedisStopsAndComesBack_EventsKeepArrivingInOrder_AndTheModeGoesThereAndBack()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(2, database.ConnectionString, redis);
        var (alice, bob) = (NewUser(), NewUser());
        var there = await bed[1].ConnectAsync(bob);
        var here = await bed[0].ConnectAsync(alice);
        var conversation = await here.CreateAsync("direct", bob);
        var next = 0;
        await TalkAsync(20);

        await redis.StopAsync();
        await TalkAsync(20);
        await bed.WaitForModeAsync(BackplaneMode.Database);
        await AssertToldAsync(there, NoticeKinds.Degraded, "database");
        await TalkAsync(20);
        var newcomer = await bed[1].ConnectAsync(bob, "late");
        await AssertToldAsync(newcomer, NoticeKinds.Degraded, "database");
        Assert.Equal(1, (await newcomer.EventAsync()).Seq);

        await redis.StartAsync();
        await TalkAsync(20);
        await bed.WaitForModeAsync(BackplaneMode.Redis);
        await AssertToldAsync(there, NoticeKinds.Restored, "redis");
        await AssertToldAsync(newcomer, NoticeKinds.Restored, "redis");
        await TalkAsync(20);

        static async Task AssertToldAsync(WireClient client, string kind, string mode)
        {
            var notice = await client.NoticeAsync(kind);
            Assert.Equal(("redis", mode), (notice.Dependency, notice.Mode));
        }

        async Task TalkAsync(int count)
        {
            for (var n = 0; n < count; n++)
            {
                await SendAsync(here, conversation, $"{conversation}-{++next}");
                Assert.Equal(next, (await there.EventAsync()).Seq);
                await there.AckAsync(conversation, next);
                Assert.Equal(next, (await here.EventAsync()).Seq);
                await here.AckAsync(conversation, next);
            }
        }
    }

    private static async Task<List<(long Seq, string Id)>> ReadAsync(WireClient client, string conversation, int count)
    {
        var log = new List<(long, string)>();
        while (log.Count < count)
        {
            var e = await client.EventAsync();
            Assert.Null(e.Attempt);
            log.Add((e.Seq!.Value, e.Id));
            await client.AckAsync(conversation, e.Seq.Value);
        }

        return log;
    }
}
