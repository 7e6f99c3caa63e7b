using System.Net.Http.Json;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Storage.Retention;
using Chat.Tests.Delivery.Nodes;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Two nodes with Redis between them. A service calls one; who is connected to the other hears it, and what is kept is the same on both.</summary>
public sealed class When_services_call_one_of_several_nodes(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Key = "key-of-the-shop-0123456789-abcdefghij";

    [Fact]
    public async Task What_it_publishes_broadcasts_and_lets_go_is_the_same_for_clients_of_the_other()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await NodeBed.StartAsync(
            2,
            database.ConnectionString,
            redis,
            [
                .. NodeBed.NeverPolls, "Api:Keys:0:Name=shop", $"Api:Keys:0:Key={Key}", "Api:Keys:0:Roles=publish history",
                "Topics:Rules:0:Pattern=price.*", "Topics:Rules:0:MaxEvents=2", "Retention:Interval=1.00:00:00",
            ]);
        bed[0].Server.Http.DefaultRequestHeaders.Add("X-Api-Key", Key);
        await using (var away = await WireClient.ConnectAsync(bed[1].Server.Address, bed[1].Server.Token("carol"), "phone"))
        {
            await SubscribeAsync(away, "price.tin", durable: true);
        }

        var bob = await bed[1].ConnectAsync("bob");
        await SubscribeAsync(bob, "price.tin", durable: false);
        await SubscribeAsync(bob, "price.zinc", durable: false);

        var published = await CallAsync<Receipt>(bed[0], "publish", new { id = "p1", topic = "price.tin", type = "t", body = 1 });
        Assert.Equal((true, 1L), (published.Ok, published.Seq));
        var e = await bob.EventAsync();
        Assert.Equal(("topic:price.tin", 1L, "p1", "service:shop"), (e.Conversation, e.Seq, e.Id, e.Sender));
        Assert.Equal(0, bed[1].Counter("chat.backplane.hint.recovered"));

        var broadcast = await CallAsync<BroadcastResult>(bed[0], "broadcast", new { id = "b1", topics = new[] { "price.tin", "price.zinc" }, type = "t", body = 2 });
        Assert.All(broadcast.Receipts!, r => Assert.True(r.Ok));
        var heard = new[] { await bob.EventAsync(), await bob.EventAsync() };
        Assert.Equal(
            broadcast.Receipts!.Select(r => (r.Conversation, r.Id, r.Seq)).Order(),
            heard.Select(h => ((string?)h.Conversation, (string?)h.Id, h.Seq)).Order());

        for (var n = 2; n <= 4; n++)
        {
            Assert.True((await CallAsync<Receipt>(bed[0], "publish", new { id = $"p{n}", topic = "price.tin", type = "t", body = n })).Ok);
            Assert.Equal($"p{n}", (await bob.EventAsync()).Id);
        }

        // Both look at the same moment, and nothing is cut twice.
        var cut = await Task.WhenAll(bed.Nodes.Select(n => n.Server.Services.GetRequiredService<RetentionService>().StepAsync(default)));
        Assert.Equal(3, cut.Sum());
        Assert.Equal((4L, 5L), await CallAsync<HistoryResult>(bed[0], "history", new { conversation = "topic:price.tin" }) is var history ? (history.First, history.Head) : default);
        var carol = await bed[1].ConnectAsync("carol", "phone");
        var truncated = await carol.NoticeAsync(NoticeKinds.Truncated);
        Assert.Equal(("topic:price.tin", 1L, 3L), (truncated.Conversation, truncated.From, truncated.To));
        Assert.Equal(("p3", "p4"), ((await carol.EventAsync()).Id, (await carol.EventAsync()).Id));

        // Who followed it all the time is told nothing of that, and goes on.
        Assert.True((await CallAsync<Receipt>(bed[0], "publish", new { id = "p5", topic = "price.tin", type = "t", body = 5 })).Ok);
        Assert.Equal(("p5", 6L), await bob.EventAsync() is var next ? (next.Id, next.Seq) : default);
    }

    private static async Task SubscribeAsync(WireClient client, string topic, bool durable) =>
        Assert.True((await client.CallAsync("Subscribe", new { topic, durable })).GetProperty("ok").GetBoolean());

    private static async Task<T> CallAsync<T>(ChatNode node, string call, object request)
    {
        using var response = await node.Server.Http.PostAsJsonAsync($"/api/{call}", request);
        return (await response.Content.ReadFromJsonAsync<T>(ChatJson.Options))!;
    }
}
