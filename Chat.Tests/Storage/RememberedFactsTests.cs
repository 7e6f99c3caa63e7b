using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>What the writer numbers by without having read it, and when it does not.</summary>
public sealed class RememberedFactsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Batches_ByMemoryAsLongAsNobodyElseWrites_ThenByTheDatabase()
    {
        await using var storage = await StorageHost.StartAsync(database.ConnectionString);
        await using var other = await StorageHost.StartAsync(database.ConnectionString);
        using var collector = storage.Collect();
        await storage.GroupAsync("c_memory", "alice");
        await SendAsync(storage, 3);
        Assert.Equal((1, 2, 0), Counts(collector));

        await SendAsync(other, 1);
        await SendAsync(storage, 3);

        Assert.Equal((3, 2, 1), Counts(collector));
    }

    [Fact]
    public void Recall_AfterACommit_KnowsHeadsAndSenders()
    {
        using var services = Services();
        var facts = services.GetRequiredService<RememberedFacts>();
        var message = Appends.Message("c", "alice", "1");
        Assert.Null(facts.Recall([message], now: 0));

        Keep(facts, Read(head: 4), message);

        var recalled = facts.Recall([Appends.Message("c", "alice", "2")], now: 0)!;
        Assert.Equal(5, recalled.Conversations["c"].HeadSeq);
        Assert.True(recalled.Members[("c", "alice")].IsActive);
        Assert.Null(facts.Recall([Appends.Message("c", "bob", "2")], now: 0));
        Assert.Null(facts.Recall([Appends.Message("d", "alice", "2")], now: 0));
        Assert.Null(facts.Recall([Appends.Edit("c", "alice", "2", "1", "{}")], now: 0));
    }

    [Fact]
    public void Recall_AfterItWasRefuted_WaitsUntilOthersMayHaveEnded()
    {
        using var services = Services();
        var facts = services.GetRequiredService<RememberedFacts>();
        var message = Appends.Message("c", "alice", "1");
        Keep(facts, Read(head: 4), message);
        facts.Refute(facts.Recall([message], now: 1_000)!, Read(head: 6), now: 1_000);
        Keep(facts, Read(head: 6), message);

        Assert.Null(facts.Recall([message], now: 1_000 + RememberedFacts.SharedFor - 1));
        Assert.Equal(7, facts.Recall([message], now: 1_000 + RememberedFacts.SharedFor)!.Conversations["c"].HeadSeq);
    }

    [Fact]
    public void Recall_AfterAFault_KnowsNothing()
    {
        using var services = Services();
        var facts = services.GetRequiredService<RememberedFacts>();
        var message = Appends.Message("c", "alice", "1");
        Keep(facts, Read(head: 4), message);

        facts.Forget([message]);

        Assert.Null(facts.Recall([message], now: 0));
    }

    [Fact]
    public void Keep_BeyondTheCapacity_BeginsAnew()
    {
        using var services = Services();
        var facts = services.GetRequiredService<RememberedFacts>();
        for (var i = 0; i <= RememberedFacts.Capacity; i++)
        {
            Keep(facts, Read(head: 0, $"c{i}"), Appends.Message($"c{i}", "alice", "1"));
        }

        Assert.Null(facts.Recall([Appends.Message("c0", "alice", "2")], now: 0));
        Assert.NotNull(facts.Recall([Appends.Message($"c{RememberedFacts.Capacity}", "alice", "2")], now: 0));
    }

    private static async Task SendAsync(StorageHost host, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.IsType<AppendStored>(await host.Writer.Submit(Appends.Message("c_memory", "alice", Guid.CreateVersion7().ToString())));
        }
    }

    private static (double Database, double Memory, double Refuted) Counts(MetricsCollector collector)
    {
        var series = collector.Collect().Families.Single(f => f.Name == "chat.storage.transaction").Series;
        double Of(string facts) => series.SingleOrDefault(s => s.Labels.Has("facts", facts))?.Value ?? 0;
        return (Of("database"), Of("memory"), Of("refuted"));
    }

    private static BatchFacts Read(long head, string conversation = "c") => new()
    {
        Conversations = { [conversation] = new(conversation, ConversationKind.Group, ConversationPolicy.Durable, 1, head) },
        Members = { [(conversation, "alice")] = new(conversation, "alice", MemberRole.Owner, 1, null) },
    };

    private static void Keep(RememberedFacts facts, BatchFacts read, Append append) =>
        facts.Keep(read, BatchPlan.Make([append], read, now: 0, maxMembers: 10, realtimeIsClear: true), FactsFrom.Database);

    private static ServiceProvider Services() =>
        new ServiceCollection().AddMetrics().AddSingleton<WriterMeter>().AddSingleton<RememberedFacts>().BuildServiceProvider();
}
