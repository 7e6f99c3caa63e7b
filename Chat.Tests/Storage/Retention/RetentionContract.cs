using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Retention;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Storage.Retention;

/// <summary>What retention cuts, and what clients are told of it, on the whole server.</summary>
public abstract class RetentionContract : IAsyncLifetime
{
    private InProcessServer _server = null!;

    protected abstract string? ConnectionString { get; }

    private RetentionService Retention => _server.Services.GetRequiredService<RetentionService>();

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync(
    [
        "Retention:Interval=1.00:00:00",
        "Retention:BatchSize=2",
        "Retention:MaxEvents=4",
        "Topics:Default:MaxEvents=3",
        "Topics:Rules:0:Pattern=aged.*",
        "Topics:Rules:0:MaxAge=01:00:00",
        "Topics:Rules:1:Pattern=last.*",
        "Topics:Rules:1:MaxAge=01:00:00",
        "Topics:Rules:1:Retained=true",
        "Topics:Rules:2:Pattern=kept.*",
        "Storage:AnswerWithin=00:00:25",
        "Storage:CommandTimeout=00:00:30",
        .. ConnectionString is { } database ? [$"ConnectionStrings:Chat={database}"] : Array.Empty<string>(),
    ]);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Step_KeepsTheNewestEvents_AndTheHistorySaysWhereTheyBegin()
    {
        var alice = await _server.ConnectAsync("alice");
        await PublishAsync(alice, "count", 10);
        await PublishAsync(alice, "kept.count", 10);

        // Two processes that do the same at once remove nothing twice.
        var removed = await Task.WhenAll(Retention.StepAsync(default), Retention.StepAsync(default));
        Assert.Equal(7, removed.Sum());
        Assert.Equal(0, await Retention.StepAsync(default));

        var page = await HistoryAsync(alice, "topic:count");
        Assert.Equal((8, 10), (page.First, page.Head));
        Assert.Equal([8L, 9L, 10L], page.Events!.Select(e => e.Seq!.Value));
        Assert.Equal(10, (await HistoryAsync(alice, "topic:kept.count")).Events!.Count);
        Assert.Equal(11, (await PublishAsync(alice, "count", 1))[0].Seq);
    }

    [Fact]
    public async Task DurableSubscriber_WhoseCursorLiesBeforeTheCut_IsToldWhatIsMissing()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob", "phone");
        await SubscribeAsync(bob, "away", durable: true);
        await PublishAsync(alice, "away", 2);
        Assert.Equal([1L, 2L], await SeqsAsync(bob, 2));
        await bob.AckAsync("topic:away", 2);
        Assert.True((await bob.CallAsync("Ping", new { })).GetProperty("ok").GetBoolean());
        await bob.DisposeAsync();
        await PublishAsync(alice, "away", 8);
        await Retention.StepAsync(default);

        var again = await _server.ConnectAsync("bob", "phone");
        var truncated = await again.NoticeAsync(NoticeKinds.Truncated);
        Assert.Equal(("topic:away", 3L, 7L), (truncated.Conversation, truncated.From, truncated.To));
        Assert.Equal([8L, 9L, 10L], await SeqsAsync(again, 3));
        await again.AckAsync("topic:away", 10);
        await PublishAsync(alice, "away", 1);
        Assert.Equal([11L], await SeqsAsync(again, 1));
    }

    [Fact]
    public async Task Subscriber_FromASeqBeforeTheCut_IsToldWhatIsMissing()
    {
        var alice = await _server.ConnectAsync("alice");
        await PublishAsync(alice, "late", 10);
        await Retention.StepAsync(default);
        var bob = await _server.ConnectAsync("bob");
        Assert.Equal(2, (await SubscribeAsync(bob, "late", from: 2)).Position);
        var truncated = await bob.NoticeAsync(NoticeKinds.Truncated);
        Assert.Equal((3L, 7L), (truncated.From, truncated.To));
        Assert.Equal([8L, 9L, 10L], await SeqsAsync(bob, 3));

        // Who asks for all that is kept misses nothing of it.
        var carol = await _server.ConnectAsync("carol");
        Assert.Equal(7, (await SubscribeAsync(carol, "late", from: "start")).Position);
        Assert.Equal([8L, 9L, 10L], await SeqsAsync(carol, 3));
    }

    [Fact]
    public async Task Step_ByAge_EndsAtTheFirstEventThatIsYoungEnough()
    {
        var alice = await _server.ConnectAsync("alice");
        await PublishAsync(alice, "aged.part", 5);
        await AgeAsync("topic:aged.part", through: 3);
        await PublishAsync(alice, "aged.whole", 5);
        await AgeAsync("topic:aged.whole", through: 5);
        await PublishAsync(alice, "last.whole", 5);
        await AgeAsync("topic:last.whole", through: 5);
        var bob = await _server.ConnectAsync("bob", "phone");
        await SubscribeAsync(bob, "aged.whole", from: 1, durable: true);
        await bob.DisposeAsync();

        Assert.Equal(3 + 5 + 4, await Retention.StepAsync(default));

        Assert.Equal((4, 5), (await HistoryAsync(alice, "topic:aged.part")) is var part ? (part.First, part.Head) : default);
        Assert.Equal((6, 5), (await HistoryAsync(alice, "topic:aged.whole")) is var whole ? (whole.First, whole.Head) : default);

        // Nothing is left of it, and the log goes on where it was.
        var again = await _server.ConnectAsync("bob", "phone");
        Assert.Equal((2L, 5L), (await again.NoticeAsync(NoticeKinds.Truncated)) is var told ? (told.From!.Value, told.To!.Value) : default);
        await PublishAsync(alice, "aged.whole", 1);
        Assert.Equal([6L], await SeqsAsync(again, 1));

        // The last value of a topic that retains it stays, however old.
        var carol = await _server.ConnectAsync("carol");
        Assert.Equal(4, (await SubscribeAsync(carol, "last.whole")).Position);
        Assert.Equal([5L], await SeqsAsync(carol, 1));
    }

    [Fact]
    public async Task Conversations_HaveTheirOwnLimit_AndWhoLeftIsToldOfNothingBehindHisEnd()
    {
        var alice = await _server.ConnectAsync("alice");
        var group = await alice.CreateAsync("group", "bob", "carol");
        for (var n = 1; n <= 3; n++)
        {
            await alice.SendAsync(group, $"{group}-{n}", "text");
        }

        Assert.True((await alice.CallAsync("RemoveMember", new { conversation = group, user = "carol" })).GetProperty("ok").GetBoolean());
        for (var n = 5; n <= 12; n++)
        {
            await alice.SendAsync(group, $"{group}-{n}", "text");
        }

        Assert.Equal(8, await Retention.StepAsync(default));

        var bob = await _server.ConnectAsync("bob");
        Assert.Equal((1L, 8L), (await bob.NoticeAsync(NoticeKinds.Truncated)) is var told ? (told.From!.Value, told.To!.Value) : default);
        Assert.Equal([9L, 10L, 11L, 12L], await SeqsAsync(bob, 4));
        var listed = (await bob.CallAsync("Conversations", new { })).Deserialize<ConversationsResult>(ChatJson.Options)!.Conversations![0];
        Assert.Equal((9, 12, 4), (listed.First, listed.Head, listed.Unread));
        var carol = await _server.ConnectAsync("carol");
        Assert.Equal((1L, 4L), (await carol.NoticeAsync(NoticeKinds.Truncated)) is var hers ? (hers.From!.Value, hers.To!.Value) : default);
    }

    private static async Task<IReadOnlyList<Receipt>> PublishAsync(WireClient client, string topic, int count)
    {
        var receipts = new List<Receipt>();
        for (var n = 0; n < count; n++)
        {
            var answer = await client.CallAsync("Publish", new { id = $"{Guid.NewGuid():n}", topic, type = "text", body = n });
            receipts.Add(answer.Deserialize<Receipt>(ChatJson.Options)!);
            Assert.True(receipts[^1].Ok, answer.ToString());
        }

        return receipts;
    }

    private static async Task<SubscribeResult> SubscribeAsync(WireClient client, string topic, object? from = null, bool durable = false)
    {
        var answer = await client.CallAsync("Subscribe", new { topic, from, durable });
        Assert.True(answer.GetProperty("ok").GetBoolean(), answer.ToString());
        return answer.Deserialize<SubscribeResult>(ChatJson.Options)!;
    }

    private static async Task<HistoryResult> HistoryAsync(WireClient client, string conversation) =>
        (await client.CallAsync("History", new { conversation })).Deserialize<HistoryResult>(ChatJson.Options)!;

    private static async Task<List<long>> SeqsAsync(WireClient client, int count)
    {
        var seqs = new List<long>();
        for (var n = 0; n < count; n++)
        {
            seqs.Add((await client.EventAsync()).Seq!.Value);
        }

        return seqs;
    }

    private async Task AgeAsync(string conversation, long through)
    {
        await using var db = await _server.Services.GetRequiredService<IDbContextFactory<ChatDb>>().CreateDbContextAsync();
        var old = TimeProvider.System.GetUtcNow().AddHours(-2).ToUnixTimeMilliseconds();
        await db.Outbox.Where(o => o.ConversationId == conversation && o.Seq <= through).ExecuteUpdateAsync(o => o.SetProperty(p => p.At, old));
    }
}

public sealed class RetentionOnSqliteTests : RetentionContract
{
    protected override string? ConnectionString => null;
}

/// <summary>Each test has a database of its own: retention looks at all that is there.</summary>
public sealed class RetentionOnPostgresTests : RetentionContract, IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();

    protected override string? ConnectionString => _database.ConnectionString;

    async Task IAsyncLifetime.InitializeAsync()
    {
        await _database.InitializeAsync();
        await InitializeAsync();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _database.DisposeAsync();
    }
}
