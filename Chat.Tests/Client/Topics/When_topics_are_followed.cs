using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Client.Support;
using Chat.Tests.Support;

namespace Chat.Tests.Client.Topics;

/// <summary>Chat.Client on the real server.</summary>
public sealed class When_topics_are_followed
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_killed_server_costs_neither_the_durable_nor_the_live_subscriber_an_event()
    {
        await using var server = await ServerProcess.StartNewAsync(Settings);
        await using var publisher = await ConnectAsync(server, "publisher");
        await using var durable = await ConnectAsync(server, "durable");
        await using var live = await ConnectAsync(server, "live");
        Assert.True((await durable.Client.SubscribeAsync("news", durable: true).WaitAsync(Patience)).Ok);
        Assert.True((await live.Client.SubscribeAsync("news").WaitAsync(Patience)).Ok);
        var publishes = Publish(publisher, 1, 60);
        await durable.Events.NextAsync(e => e.Seq == 20);
        await live.Events.NextAsync(e => e.Seq == 20);

        await server.Kill9Async();
        publishes.AddRange(Publish(publisher, 61, 40));
        await server.RestartAsync();

        var receipts = await Task.WhenAll(publishes).WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(1, 100).Select(n => (long?)n), receipts.Select(r => r.Seq));
        foreach (var subscriber in new[] { durable, live })
        {
            await Eventually.TrueAsync(() => subscriber.Events.All.Count >= 100, "everything arrived", Patience);
            Assert.Equal(Enumerable.Range(1, 100).Select(n => $"p{n:000}"), subscriber.Events.All.Select(e => e.Id));
        }
    }

    [Fact]
    public async Task An_application_that_was_away_goes_on_where_it_was_and_is_told_what_is_gone()
    {
        await using var server = await ServerProcess.StartNewAsync(Settings
            .With("Topics:Rules:0:Pattern", "short.*")
            .With("Topics:Rules:0:MaxEvents", "5")
            .With("Retention:Interval", "00:00:00.1"));
        await using var publisher = await ConnectAsync(server, "publisher");
        await using (var first = await ConnectAsync(server, "reader"))
        {
            Assert.True((await first.Client.SubscribeAsync("short.news", durable: true).WaitAsync(Patience)).Ok);
            await Task.WhenAll(Publish(publisher, 1, 3, "short.news")).WaitAsync(Patience);
            await first.Events.NextAsync(e => e.Seq == 3);
        }

        await Task.WhenAll(Publish(publisher, 4, 17, "short.news")).WaitAsync(Patience);
        await Eventually.GetAsync(
            () => publisher.Client.HistoryAsync("topic:short.news"), page => page.First == 16, "retention has cut the log", Patience);

        await using var again = await ConnectAsync(server, "reader");
        Assert.Equal(20, (await again.Client.SubscribeAsync("short.news", durable: true).WaitAsync(Patience)).Head);
        await again.Events.NextAsync(e => e.Seq == 20);
        var truncated = await again.Notices.NextAsync(n => n.Kind == NoticeKinds.Truncated);
        Assert.Equal(("topic:short.news", 15L), (truncated.Conversation, truncated.To));
        Assert.Equal(Enumerable.Range(16, 5).Select(n => (long?)n), again.Seqs("topic:short.news"));
    }

    [Fact]
    public async Task The_last_value_comes_first_and_an_unsubscribed_topic_no_more()
    {
        await using var server = await ServerProcess.StartNewAsync(Settings
            .With("Topics:Rules:0:Pattern", "price.*")
            .With("Topics:Rules:0:Retained", "true"));
        await using var publisher = await ConnectAsync(server, "publisher");
        await using var reader = await ConnectAsync(server, "reader");
        await Task.WhenAll(Publish(publisher, 1, 3, "price.x")).WaitAsync(Patience);
        Assert.Equal(2, (await reader.Client.SubscribeAsync("price.x").WaitAsync(Patience)).Position);
        Assert.Equal("p003", (await reader.Events.NextAsync()).Id);
        await Task.WhenAll(Publish(publisher, 4, 1, "price.x")).WaitAsync(Patience);
        Assert.Equal("p004", (await reader.Events.NextAsync()).Id);

        Assert.True((await reader.Client.UnsubscribeAsync("price.x").WaitAsync(Patience)).Ok);
        await Task.WhenAll(Publish(publisher, 5, 3, "price.x")).WaitAsync(Patience);
        Assert.True((await reader.Client.SubscribeFromStartAsync("price.x").WaitAsync(Patience)).Ok);
        await reader.Events.NextAsync(e => e.Id == "p007");
        Assert.Equal(["p003", "p004", "p001", "p002", "p003", "p004", "p005", "p006", "p007"], reader.Events.All.Select(e => e.Id));
    }

    private static ServerSettings Settings => new()
    {
        Workers = 0,
        Options = new Dictionary<string, string?>
        {
            ["Limits:SendsPerSecond"] = "0",
            ["Storage:AnswerWithin"] = "00:00:25",
            ["Storage:CommandTimeout"] = "00:00:30",
        },
    };

    private static async Task<ClientUnderTest> ConnectAsync(ServerProcess server, string user)
    {
        var client = new ClientUnderTest(server.Url, o =>
        {
            o.AccessTokenProvider = _ => ValueTask.FromResult<string?>(server.Token(user));
            o.Device = "one";
        });
        await client.Client.ConnectAsync().WaitAsync(Patience);
        return client;
    }

    private static List<Task<Receipt>> Publish(ClientUnderTest client, int from, int count, string topic = "news")
        => [.. Enumerable.Range(from, count).Select(n => client.Client.PublishAsync(topic, "text", new { n }, id: $"p{n:000}"))];
}
