using System.Net;
using Chat.Client;
using Chat.Client.Connecting;
using Chat.Contracts;
using Chat.Tests.Client.Support;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static Chat.Tests.Client.Support.ClientUnderTest;

namespace Chat.Tests.Client;

public sealed class ChatClientTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task OverAConnectionOfTheCallers_ResumesAndLeavesItUndisposed()
    {
        var hub = StockHub().Build();
        await using (var app = new ClientUnderTest(null, true, options => new ChatClient(hub, options)))
        {
            await ExchangeOverADropAsync(app);
        }

        Assert.Equal(HubConnectionState.Disconnected, hub.State);
        await hub.StartAsync();
        await hub.DisposeAsync();
    }

    [Fact]
    public async Task OverConnectionsThatReconnectThemselves_StillGoesByItsOwnRules()
    {
        await using var app = new ClientUnderTest(
            null, true, options => new ChatClient(() => StockHub().WithAutomaticReconnect([TimeSpan.FromHours(1)]).Build(), options));

        await ExchangeOverADropAsync(app);
    }

    [Fact]
    public async Task TypedCalls_CarryWhatTheyAreGiven()
    {
        await using var app = new ClientUnderTest(_server.Url);
        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        var connection = await _server.Connections.NextAsync();

        Assert.Equal(ConversationKinds.Direct, (await app.Client.CreateDirectAsync("bob")).Conversation!.Kind);
        Assert.Equal("Team", (await app.Client.CreateGroupAsync("Team", ["bob", "eve"])).Conversation!.Title);
        Assert.Empty((await app.Client.ConversationsAsync()).Conversations!);
        Assert.True((await app.Client.AddMembersAsync("c", ["bob"])).Ok);
        Assert.True((await app.Client.RemoveMemberAsync("c", "bob")).Ok);
        Assert.True((await app.Client.LeaveAsync("c")).Ok);
        Assert.True((await app.Client.MarkReadAsync("c", 4)).Ok);
        Assert.Equal("online", (await app.Client.PresenceAsync(["bob"])).Presence!["bob"]);
        await app.Client.TypingAsync("c");
        Assert.True((await app.Client.PingAsync()).Ok);

        var calls = await connection.Calls.NextAsync(8);
        var direct = Assert.IsType<CreateConversationRequest>(calls[0]);
        Assert.Equal((ConversationKinds.Direct, "bob"), (direct.Kind, Assert.Single(direct.Members!)));
        Assert.NotNull(direct.Id);
        var group = Assert.IsType<CreateConversationRequest>(calls[1]);
        Assert.Equal((ConversationKinds.Group, "Team", 2), (group.Kind, group.Title, group.Members!.Count));
        Assert.Equal(["bob"], Assert.IsType<AddMembersRequest>(calls[2]).Users!);
        Assert.Equal(
            [new RemoveMemberRequest("c", "bob"), new LeaveRequest("c"), new MarkReadRequest("c", 4), new TypingRequest("c")], calls[3..7]);
    }

    [Fact]
    public async Task Typing_WithoutAConnection_IsDropped()
    {
        await using var app = new ClientUnderTest(_server.Url);

        await app.Client.TypingAsync("c");
        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        await app.Client.PingAsync().WaitAsync(Eventually.Patience);

        Assert.Equal([new PingRequest()], (await _server.Connections.NextAsync()).Calls.All);
    }

    [Fact]
    public async Task Notices_ReachListenersAndStreamsAndSurviveAListenerThatThrows()
    {
        await using var app = new ClientUnderTest(_server.Url);
        app.Client.NoticeReceived += _ => throw new InvalidOperationException("A listener's bug.");
        await using var stream = app.Client.ReadNoticesAsync().GetAsyncEnumerator();
        var next = stream.MoveNextAsync().AsTask();
        app.Client.Start();
        Assert.True(await next.WaitAsync(Eventually.Patience));
        Assert.Equal(NoticeKinds.Welcome, stream.Current.Kind);

        await (await _server.Connections.NextAsync()).SendAsync(new Notice { Kind = NoticeKinds.Presence, User = "bob", State = "online" });

        Assert.Equal("bob", (await app.Notices.NextAsync(notice => notice.Kind == NoticeKinds.Presence)).User);
        Assert.True(await stream.MoveNextAsync().AsTask().WaitAsync(Eventually.Patience));
        Assert.Equal("bob", stream.Current.User);
    }

    [Fact]
    public async Task Notice_OfAnUnknownKind_IsPassedOn()
    {
        await using var app = new ClientUnderTest(_server.Url);
        app.Client.Start();
        var connection = await _server.Connections.NextAsync();

        await connection.SendAsync(new Notice { Kind = "ofTheFuture" });
        await connection.SendAsync(One("c", 1));

        await connection.AckedAsync("c", 1);
        Assert.Contains(app.Notices.All, notice => notice.Kind == "ofTheFuture");
    }

    [Fact]
    public async Task AddChatClient_WithTheHost_ConnectsAndTakesClockAndLoggingFromTheContainer()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(new ManualTimeProvider());
        builder.Services.AddChatClient(o => o.Url = _server.Url, connectWithHost: true);
        using (var host = builder.Build())
        {
            await host.StartAsync();
            await _server.Connections.NextAsync();
            var client = host.Services.GetRequiredService<ChatClient>();
            Assert.Same(client, host.Services.GetRequiredService<ChatClient>());
            Assert.Equal("01b8", (await client.SendAsync("c", "text", "x").WaitAsync(Eventually.Patience)).Id![..4]);
            await host.StopAsync();
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Dispose_FromWithinAHandler_Ends()
    {
        await using var app = new ClientUnderTest(_server.Url, o => o.CloseTimeout = TimeSpan.FromMilliseconds(50), handlesEvents: false);
        var disposed = new TaskCompletionSource();
        app.Client.OnEvent(async (_, _) =>
        {
            await app.Client.DisposeAsync();
            disposed.SetResult();
        });
        app.Client.Start();
        var connection = await _server.Connections.NextAsync();

        await connection.SendAsync(One("c", 1));

        await disposed.Task.WaitAsync(Eventually.Patience);
        await connection.Closed.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public void Options_ThatCannotWork_AreRefusedWithTheFix()
    {
        Assert.Contains("Url must be an absolute", Assert.Throws<ArgumentException>(() => new ChatClient(new ChatClientOptions())).Message);
        Assert.Contains(
            "BackOffCap must not be less",
            Assert.Throws<ArgumentException>(() => new ChatClient(new ChatClientOptions { Url = _server.Url, BackOffCap = TimeSpan.Zero })).Message);
    }

    [Theory]
    [InlineData("http://chat.example", "ws://chat.example/hubs/chat?device=d%201")]
    [InlineData("https://chat.example/", "wss://chat.example/hubs/chat?device=d%201")]
    [InlineData("https://chat.example:8443/base/hubs/chat?tenant=7", "wss://chat.example:8443/base/hubs/chat?tenant=7&device=d%201")]
    public void Address_IsMadeFromTheUrl(string url, string expected)
        => Assert.Equal(expected, HubSource.Address(new Uri(url), "d 1").AbsoluteUri);

    private async Task ExchangeOverADropAsync(ClientUnderTest app)
    {
        app.Client.Start();
        var first = await _server.Connections.NextAsync();
        await first.SendAsync(Run("c", 1, 2));
        await app.Events.NextAsync(2);
        first.Abort();
        var sent = app.Client.SendAsync("c", "text", "hi");

        var second = await _server.Connections.NextAsync();
        await second.SendAsync(Run("c", 2, 3));

        await second.AckedAsync("c", 3);
        Assert.Equal([1, 2, 3], app.Seqs("c"));
        Assert.True((await sent.WaitAsync(Eventually.Patience)).Ok);
    }

    private HubConnectionBuilder StockHub()
    {
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(HubSource.Address(_server.Url, "stock")));
        builder.Services.AddSingleton<IConnectionFactory>(new WebSocketConnectionFactory(new ChatClientOptions()));
        return builder;
    }
}
