using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Hubs.Wire;

namespace Chat.Tests.Realtime;

/// <summary>Topics whose rule says <c>realtime</c>, while storage is away.</summary>
public sealed class RealtimeTopicTests
{
    private const int Count = 10;

    [Fact]
    public async Task Publish_StorageAway_IsShownToLiveSubscribersThenStoredOnceInOrderAlsoForWhoComesLater()
    {
        await using var bed = await RealtimeBed.StartAsync("Topics:Rules:0:Pattern=live.*", "Topics:Rules:0:Policy=realtime");
        foreach (var topic in new[] { "live.goals", "live.cards" })
        {
            Assert.True((await SubscribeAsync(bed.Bob, topic, durable: false)).Ok);
        }

        await using (var away = await WireClient.ConnectAsync(bed.Server.Address, bed.Server.Token("carol"), "phone"))
        {
            Assert.True((await SubscribeAsync(away, "live.goals", durable: true)).Ok);
        }

        await bed.LoseStorageAsync();
        for (var n = 1; n <= Count; n++)
        {
            // The second of the topics has never been published to before: it begins in the spool.
            var topic = n % 2 == 0 ? "live.cards" : "live.goals";
            var receipt = await PublishAsync(bed.Alice, topic, n);
            Assert.Equal((true, ReceiptStatus.Queued, null, null), (receipt.Ok, receipt.Status, receipt.Seq, receipt.Epoch));
            var shown = await bed.Bob.RawEventAsync();
            Assert.Equal(($"topic:{topic}", $"p{n}", n), (shown.GetProperty("conversation").GetString(), shown.GetProperty("id").GetString(), shown.GetProperty("body").GetInt32()));
            Assert.False(shown.TryGetProperty("seq", out _));
        }

        var again = await PublishAsync(bed.Alice, "live.goals", 1);
        Assert.Equal(ReceiptStatus.Queued, again.Status);
        var durable = await PublishAsync(bed.Alice, "news", 99);
        Assert.Equal(ErrorCodes.StorageUnavailable, durable.Error?.Code);
        Assert.Equal(0, bed.Bob.EventsWaiting);

        bed.Storage.Heal();
        var twins = new List<ChatEvent>();
        while (twins.Count < Count)
        {
            twins.Add(await bed.Bob.EventAsync());
        }

        // Each topic is in order; which of two topics is quicker is nobody's promise.
        Assert.Equal(
            [("p1", 1), ("p3", 2), ("p5", 3), ("p7", 4), ("p9", 5)],
            twins.Where(e => e.Conversation == "topic:live.goals").Select(e => (e.Id, e.Seq!.Value)));
        Assert.Equal(
            [("p2", 1), ("p4", 2), ("p6", 3), ("p8", 4), ("p10", 5)],
            twins.Where(e => e.Conversation == "topic:live.cards").Select(e => (e.Id, e.Seq!.Value)));
        await bed.DrainedAsync();
        Assert.Equal(0, bed.Bob.EventsWaiting);
        Assert.Equal(["p1", "p3", "p5", "p7", "p9"], await LogAsync(bed.Alice, "live.goals"));
        Assert.Equal(["p2", "p4", "p6", "p8", "p10"], await LogAsync(bed.Alice, "live.cards"));
        Assert.Equal((ReceiptStatus.Duplicate, 1L), (await PublishAsync(bed.Alice, "live.goals", 1)) is var late ? (late.Status, late.Seq) : default);

        var carol = await bed.Server.ConnectAsync("carol", "phone");
        for (var seq = 1; seq <= Count / 2; seq++)
        {
            var e = await carol.EventAsync();
            Assert.Equal(("topic:live.goals", (long?)seq, $"p{(2 * seq) - 1}"), (e.Conversation, e.Seq, e.Id));
        }
    }

    private static async Task<Result> SubscribeAsync(WireClient client, string topic, bool durable) =>
        (await client.CallAsync("Subscribe", new { topic, durable })).Deserialize<SubscribeResult>(ChatJson.Options)!;

    private static async Task<Receipt> PublishAsync(WireClient client, string topic, int n) =>
        (await client.CallAsync("Publish", new { id = $"p{n}", topic, type = "t", body = n })).Deserialize<Receipt>(ChatJson.Options)!;

    private static async Task<IEnumerable<string>> LogAsync(WireClient client, string topic)
    {
        var history = (await client.CallAsync("History", new { conversation = $"topic:{topic}", after = 0, limit = 200 })).Deserialize<HistoryResult>(ChatJson.Options)!;
        return history.Events!.Select(e => e.Id);
    }
}
