using System.Text.Json;
using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Client.Support;
using Chat.Tests.Support;
using static Chat.Tests.Client.Support.ClientUnderTest;

namespace Chat.Tests.Client.Topics;

public sealed class SubscriptionsTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Subscription_IsRenewedOnANewConnectionFromTheLastEventTakenIn()
    {
        HeadIs(7);
        await using var app = await ConnectedAsync();
        Assert.True((await app.Client.SubscribeAsync("news").WaitAsync(Eventually.Patience)).Ok);
        var first = _server.Connections.All[0];
        await first.SendAsync(Run("topic:news", 8, 9));
        await app.Events.NextAsync(2);
        first.Abort();

        var second = await _server.Connections.NextAsync();
        Assert.Equal(9, From(await second.Calls.NextAsync())!.Value.GetInt64());
        await second.SendAsync(One("topic:news", 10));
        await second.AckedAsync("topic:news", 10);
        Assert.Equal([8, 9, 10], app.Seqs("topic:news"));
    }

    [Fact]
    public async Task Subscription_ThatSawNothingYet_IsRenewedFromTheHeadItBeganAt()
    {
        HeadIs(41);
        await using var app = await ConnectedAsync();
        await app.Client.SubscribeAsync("news").WaitAsync(Eventually.Patience);
        _server.Connections.All[0].Abort();

        var second = await _server.Connections.NextAsync();

        Assert.Equal(41, From(await second.Calls.NextAsync())!.Value.GetInt64());
    }

    [Fact]
    public async Task DurableSubscription_IsRenewedFromItsCursorOnTheServer()
    {
        await using var app = await ConnectedAsync();
        await app.Client.SubscribeFromStartAsync("news", durable: true).WaitAsync(Eventually.Patience);
        var first = _server.Connections.All[0];
        Assert.Equal("start", From(await first.Calls.NextAsync())!.Value.GetString());
        await first.SendAsync(One("topic:news", 1));
        await app.Events.NextAsync();
        first.Abort();

        var again = Assert.IsType<SubscribeRequest>(await (await _server.Connections.NextAsync()).Calls.NextAsync());

        Assert.Null(again.From);
        Assert.True(again.Durable);
    }

    [Fact]
    public async Task Subscription_AfterAKnownEvent_TreatsWhatIsMissingBehindItAsAGap()
    {
        _server.Script.History = (_, _) => Task.FromResult(new HistoryResult { Ok = true, Events = Run("topic:news", 6, 6) });
        await using var app = await ConnectedAsync();
        await app.Client.SubscribeAfterAsync("news", 5).WaitAsync(Eventually.Patience);

        await _server.Connections.All[0].SendAsync(One("topic:news", 7));
        await app.Events.NextAsync(2);

        Assert.Equal([6, 7], app.Seqs("topic:news"));
    }

    [Fact]
    public async Task Unsubscribe_EndsIt_AndALaterSubscriptionBeginsAnew()
    {
        HeadIs(2);
        await using var app = await ConnectedAsync();
        await app.Client.SubscribeAsync("news").WaitAsync(Eventually.Patience);
        var connection = _server.Connections.All[0];
        await connection.SendAsync(One("topic:news", 3));
        await connection.AckedAsync("topic:news", 3);

        Assert.True((await app.Client.UnsubscribeAsync("news").WaitAsync(Eventually.Patience)).Ok);
        HeadIs(49);
        await app.Client.SubscribeAsync("news").WaitAsync(Eventually.Patience);
        await connection.SendAsync(One("topic:news", 50));

        await connection.AckedAsync("topic:news", 50);
        Assert.Equal([3, 50], app.Seqs("topic:news"));
        Assert.DoesNotContain(connection.Calls.All, call => call is HistoryRequest);
    }

    [Fact]
    public async Task Unsubscribed_IsNotRenewed()
    {
        await using var app = await ConnectedAsync();
        await app.Client.SubscribeAsync("old").WaitAsync(Eventually.Patience);
        await app.Client.UnsubscribeAsync("old").WaitAsync(Eventually.Patience);
        await app.Client.SubscribeAsync("new").WaitAsync(Eventually.Patience);
        _server.Connections.All[0].Abort();

        var renewed = Assert.IsType<SubscribeRequest>(await (await _server.Connections.NextAsync()).Calls.NextAsync());

        Assert.Equal("new", renewed.Topic);
    }

    [Fact]
    public async Task Renewal_ThatIsRefusedForGood_TellsTheApplicationOnce()
    {
        await using var app = await ConnectedAsync();
        await app.Client.SubscribeAsync("news").WaitAsync(Eventually.Patience);
        _server.Script.Subscribe = (_, _) => Task.FromResult(new SubscribeResult { Error = ServerScript.Refusal(ErrorCodes.NotFound) });
        _server.Connections.All[0].Abort();

        var revoked = await app.Notices.NextAsync(notice => notice.Kind == NoticeKinds.Revoked);

        Assert.Equal(("topic:news", ErrorCodes.NotFound), (revoked.Conversation, revoked.Reason));
    }

    [Fact]
    public async Task Renewal_WhileStorageIsAway_IsRepeatedUntilItWorks()
    {
        await using var app = await ConnectedAsync();
        await app.Client.SubscribeAsync("news").WaitAsync(Eventually.Patience);
        var asked = 0;
        _server.Script.Subscribe = (_, _) => Task.FromResult(++asked < 3
            ? new SubscribeResult { Error = ServerScript.Refusal(ErrorCodes.StorageUnavailable, retryable: true, retryAfter: 0.01) }
            : new SubscribeResult { Ok = true });
        _server.Connections.All[0].Abort();

        await (await _server.Connections.NextAsync()).Calls.NextAsync(3);
    }

    [Fact]
    public async Task Subscribe_ThatIsRefused_AnswersTheErrorAndIsNotRenewed()
    {
        _server.Script.Subscribe = (_, _) => Task.FromResult(new SubscribeResult { Error = ServerScript.Refusal(ErrorCodes.Forbidden) });
        await using var app = await ConnectedAsync();

        Assert.Equal(ErrorCodes.Forbidden, (await app.Client.SubscribeAsync("news").WaitAsync(Eventually.Patience)).Error?.Code);
        _server.Connections.All[0].Abort();
        var second = await _server.Connections.NextAsync();
        Assert.True((await app.Client.PingAsync().WaitAsync(Eventually.Patience)).Ok);

        Assert.DoesNotContain(second.Calls.All, call => call is SubscribeRequest);
    }

    [Fact]
    public async Task ProvisionalEvent_AndItsTwin_AreOneToTheApplication()
    {
        await using var app = await ConnectedAsync();
        await app.Client.SubscribeAsync("news").WaitAsync(Eventually.Patience);
        var connection = _server.Connections.All[0];

        await connection.SendAsync(One("topic:news", 1), One("topic:news", null, id: "p"));
        await connection.SendAsync(One("topic:news", 2, id: "p"), One("topic:news", 3));

        await connection.AckedAsync("topic:news", 3);
        Assert.Equal([1, null, 3], app.Seqs("topic:news"));
    }

    [Fact]
    public async Task Publish_GoesThroughTheOutboxInOrder()
    {
        await using var app = new ClientUnderTest(_server.Url);
        var publishes = Enumerable.Range(1, 5).Select(i => app.Client.PublishAsync("news", "text", i, id: $"{i}")).ToList();
        app.Client.Start();

        var receipts = await Task.WhenAll(publishes).WaitAsync(Eventually.Patience);

        Assert.Equal(["1", "2", "3", "4", "5"], _server.Script.Stored);
        Assert.All(receipts, receipt => Assert.Equal("topic:news", receipt.Conversation));
    }

    private async Task<ClientUnderTest> ConnectedAsync()
    {
        var app = new ClientUnderTest(_server.Url);
        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        await _server.Connections.NextAsync();
        return app;
    }

    private void HeadIs(long head)
        => _server.Script.Subscribe = (_, request) => Task.FromResult(
            new SubscribeResult { Ok = true, Conversation = $"topic:{request.Topic}", Head = head });

    private static JsonElement? From(object call) => Assert.IsType<SubscribeRequest>(call).From;
}
