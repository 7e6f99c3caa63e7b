using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support.Clients;
using Chat.Tests.Support.Proxy;

namespace Chat.Tests.Support.Tests;

/// <summary>Both stock clients against a real server.</summary>
public sealed class TestClientTests(TestClientTests.OneServer fixture) : IClassFixture<TestClientTests.OneServer>
{
    private Uri Url => fixture.Server.Url;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SendAsync_ConnectedMembers_ReceiveAcknowledgeAndRecord(bool node)
    {
        var history = new History();
        var (alice, bob) = (NewUser("alice"), NewUser("bob"));
        await using var sender = Client(Url, node, alice, history);
        await using var receiver = Client(Url, node, bob, history);
        await Task.WhenAll(sender.ConnectAsync(), receiver.ConnectAsync());
        Assert.Equal(alice, (await sender.WaitForNoticeAsync(NoticeKinds.Welcome)).User);

        var room = await sender.CreateGroupAsync(bob);
        history.Joined(alice, room.Id);
        history.Joined(bob, room.Id);
        for (var i = 1; i <= 3; i++)
        {
            var receipt = await sender.SendAsync(room.Id, new { text = $"hello {i}" }, $"{alice}-{i}");
            Assert.True(receipt.Ok, $"{receipt.Error}");
        }

        var last = await receiver.WaitForAsync($"{alice}-3");
        Assert.Equal("hello 3", last.Body!.Value.GetProperty("text").GetString());
        Assert.True(await HistoryChecker.DrainAsync(history, Eventually.Patience));
        Assert.Equal(3, HistoryChecker.Check(history).ThrowIfBroken().Counts.Acked);

        await receiver.DisconnectAsync();
        await receiver.Closed.WaitAsync(Eventually.Patience);
        Assert.False(receiver.IsConnected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ConnectAsync_AfterACut_GetsWhatWasMissed(bool node)
    {
        var history = new History();
        var (alice, bob) = (NewUser("alice"), NewUser("bob"));
        await using var proxy = TcpProxy.Start(fixture.Server.Port);
        await using var sender = Client(Url, node: false, alice, history);
        await using var receiver = Client(new Uri($"http://127.0.0.1:{proxy.Port}"), node, bob, history);
        await Task.WhenAll(sender.ConnectAsync(), receiver.ConnectAsync());
        var room = await sender.CreateDirectAsync(bob);
        history.Joined(alice, room.Id);
        history.Joined(bob, room.Id);
        await sender.SendAsync(room.Id, "one", "one");
        await receiver.WaitForAsync("one");

        history.Fault("cut");
        proxy.ResetAll();
        await receiver.Closed.WaitAsync(Eventually.Patience);
        await sender.SendAsync(room.Id, "two", "two");
        await receiver.ConnectAsync();
        await receiver.WaitForAsync("two");
        Assert.True(await HistoryChecker.DrainAsync(history, Eventually.Patience));
        Assert.Equal(1, HistoryChecker.Check(history).ThrowIfBroken().Counts.Faults);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SendAsync_Refused_AnswersTheCodeAndRecordsIt(bool node)
    {
        var history = new History();
        await using var client = Client(Url, node, NewUser("alice"), history);
        await client.ConnectAsync();
        var receipt = await client.SendAsync("no-such-conversation", "text", "m1");
        Assert.Equal(ErrorCodes.NotFound, receipt.Error?.Code);
        Assert.Equal(ErrorCodes.NotFound, Assert.Single(history.Snapshot(), e => e.Op == HistoryOp.Nack).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ConnectAsync_ForgedToken_Fails(bool node)
    {
        var forged = TestTokens.For("alice", key: new string('k', 64));
        await using TestClient client = node
            ? new NodeClient(Url, "alice", token: () => forged)
            : new StockClient(Url, "alice", token: () => forged);
        await Assert.ThrowsAnyAsync<Exception>(client.ConnectAsync);
        Assert.False(client.IsConnected);
    }

    [Fact]
    public async Task NodeClient_AutomaticReconnect_ComesBackByItself()
    {
        await using var proxy = TcpProxy.Start(fixture.Server.Port);
        await using var client = new NodeClient(new Uri($"http://127.0.0.1:{proxy.Port}"), NewUser("alice"), automaticReconnect: true);
        await client.ConnectAsync();
        proxy.ResetAll();
        await client.States.WaitForAsync(s => s == "reconnected");
        Assert.True(client.IsConnected);
        Assert.True((await client.CallAsync<ConversationsResult>("Conversations", new ConversationsRequest())).Ok);
    }

    [Fact]
    public async Task NodeClient_ProcessKilled_FailsTheCallUnderWay()
    {
        await using var client = new NodeClient(Url, NewUser("alice"));
        await client.ConnectAsync();
        client.Process.Signal(Signal.Stop);
        var call = client.CallAsync<ConversationsResult>("Conversations", new ConversationsRequest());
        await client.Process.KillAsync();
        await Assert.ThrowsAsync<IOException>(() => call);
        Assert.Equal("Node ended.", await client.Closed);
    }

    private static string NewUser(string name) => $"{name}-{Guid.NewGuid():N}"[..16];

    private static TestClient Client(Uri url, bool node, string user, History history) =>
        node ? new NodeClient(url, user, "laptop", history) : new StockClient(url, user, history: history);

    public sealed class OneServer : IAsyncLifetime
    {
        internal ServerProcess Server { get; } = ServerProcess.Create(new ServerSettings { Workers = 0 });

        public Task InitializeAsync() => Server.StartAsync();

        public Task DisposeAsync() => Server.DisposeAsync().AsTask();
    }
}
