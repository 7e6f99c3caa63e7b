using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Client.Support;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Chat.Tests.Client.Connecting;

public sealed class ConnectionTests
{
    [Fact]
    public async Task Start_BeforeTheServerIsThere_ConnectsWhenItComes()
    {
        await using var server = new ScriptedServer();
        server.UseAddress(new Uri($"http://127.0.0.1:{FreePort.Next()}"));
        await using var app = new ClientUnderTest(server.Url);
        app.Client.Start();
        var failed = await app.States.NextAsync(change => change.Exception is not null);
        Assert.Equal(ChatConnectionState.Connecting, failed.Current);

        var sent = app.Client.SendAsync("c", "text", new { text = "early" });
        await server.ListenAsync();

        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        Assert.True((await sent.WaitAsync(Eventually.Patience)).Ok);
        Assert.Equal(ChatConnectionState.Connected, app.Client.State);
    }

    [Fact]
    public async Task Connect_WithAToken_SendsItAsAHeaderAndNamesTheDevice()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var app = new ClientUnderTest(server.Url, o =>
        {
            o.AccessTokenProvider = _ => ValueTask.FromResult<string?>("secret");
            o.Device = "desk 1&x";
        });
        app.Client.Start();

        var connection = await server.Connections.NextAsync();

        Assert.Equal("Bearer secret", connection.Authorization);
        Assert.Equal("desk 1&x", connection.Device);
        await app.Notices.NextAsync(notice => notice.Kind == NoticeKinds.Welcome);
        Assert.Equal("me", app.Client.User);
    }

    [Fact]
    public async Task Connection_WhenCut_ComesBackAndSaysSo()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var app = new ClientUnderTest(server.Url);
        app.Client.Start();
        (await server.Connections.NextAsync()).Abort();

        await server.Connections.NextAsync();

        Assert.Equal(
            [ChatConnectionState.Connecting, ChatConnectionState.Connected, ChatConnectionState.Reconnecting, ChatConnectionState.Connected],
            (await app.States.NextAsync(4)).Select(change => change.Current));
    }

    [Fact]
    public async Task Connect_WhenAnsweredWith503_WaitsAsLongAsRetryAfterSays()
    {
        var time = new ManualTimeProvider();
        await using var server = await ScriptedServer.StartAsync();
        server.Refuse = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "40";
            return true;
        };
        await using var app = new ClientUnderTest(server.Url, o => o.TimeProvider = time);
        app.Client.Start();

        var failed = await app.PassRetryAsync(time, () => server.Refuse = _ => false);
        Assert.InRange(failed.RetryIn!.Value, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(40.05));

        await server.Connections.NextAsync();
    }

    [Fact]
    public async Task Connect_WhileTheTokenIsRefused_SaysSoAndTriesAFreshOne()
    {
        var tokens = 0;
        await using var server = await ScriptedServer.StartAsync();
        server.Refuse = context =>
        {
            var refused = context.Request.Headers.Authorization != "Bearer token 3";
            context.Response.StatusCode = refused ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK;
            return refused;
        };
        await using var app = new ClientUnderTest(
            server.Url, o => o.AccessTokenProvider = _ => ValueTask.FromResult<string?>($"token {Interlocked.Increment(ref tokens)}"));
        app.Client.Start();

        Assert.Equal(ErrorCodes.Unauthenticated, (await app.States.NextAsync(change => change.RetryIn is not null)).Code);
        Assert.Equal(ErrorCodes.Unauthenticated, (await app.States.NextAsync()).Code);
        Assert.Equal("Bearer token 3", (await server.Connections.NextAsync()).Authorization);
    }

    [Fact]
    public async Task Connect_WhenTheTokenProviderThrows_TriesAgain()
    {
        var calls = 0;
        await using var server = await ScriptedServer.StartAsync();
        await using var app = new ClientUnderTest(server.Url, o => o.AccessTokenProvider = _ =>
            ++calls == 1 ? throw new InvalidOperationException("The sign-in service is away.") : ValueTask.FromResult<string?>("t"));

        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);

        Assert.IsType<InvalidOperationException>((await app.States.NextAsync(change => change.Exception is not null)).Exception);
    }

    [Fact]
    public async Task Bye_ThatForbidsRetrying_ClosesForGood()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Script.Send = (_, _) => new TaskCompletionSource<Receipt>().Task;
        await using var app = new ClientUnderTest(server.Url);
        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        var sent = app.Client.SendAsync("c", "text", "never answered");
        var connection = await server.Connections.NextAsync();
        await connection.SendAsync(new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.Disconnected, Retry = false });

        var closed = await app.States.NextAsync(change => change.Current == ChatConnectionState.Closed);

        Assert.Equal(ErrorCodes.Disconnected, closed.Code);
        Assert.Equal(ErrorCodes.Disconnected, (await Assert.ThrowsAsync<ChatClosedException>(() => sent)).Code);
        await Assert.ThrowsAsync<ChatClosedException>(() => app.Client.SendAsync("c", "text", "too late"));
        await Assert.ThrowsAsync<ChatClosedException>(() => app.Client.PingAsync());
        Assert.Single(server.Connections.All);
    }

    [Fact]
    public async Task Bye_WithRetryAfter_ReconnectsWhenThatIsOver()
    {
        var time = new ManualTimeProvider();
        await using var server = await ScriptedServer.StartAsync();
        await using var app = new ClientUnderTest(server.Url, o => o.TimeProvider = time);
        app.Client.Start();
        var connection = await server.Connections.NextAsync();
        await connection.SendAsync(new Notice { Kind = NoticeKinds.Bye, Code = ErrorCodes.AckTimeout, Retry = true, RetryAfter = 20 });

        var left = await app.PassRetryAsync(time);
        Assert.Equal((ChatConnectionState.Reconnecting, ErrorCodes.AckTimeout), (left.Current, left.Code));
        Assert.InRange(left.RetryIn!.Value, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20.05));
        await connection.Closed.WaitAsync(Eventually.Patience);

        await server.Connections.NextAsync();
    }

    [Fact]
    public async Task Draining_WithASlot_StaysUntilThenAndMoves()
    {
        var time = new ManualTimeProvider();
        await using var server = await ScriptedServer.StartAsync();
        await using var app = new ClientUnderTest(server.Url, o => o.TimeProvider = time);
        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        var connection = await server.Connections.NextAsync();
        await connection.SendAsync(new Notice { Kind = NoticeKinds.Draining, ReconnectAfter = 3 });
        await app.States.NextAsync(change => change.Current == ChatConnectionState.Draining);

        Assert.True((await app.Client.SendAsync("c", "text", "still works").WaitAsync(Eventually.Patience)).Ok);
        await connection.SendAsync(ClientUnderTest.One("c", 1));
        await app.Events.NextAsync();
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        time.Advance(TimeSpan.FromSeconds(3));

        await server.Connections.NextAsync();
        var moved = await app.States.NextAsync(change => change.Current == ChatConnectionState.Reconnecting);
        Assert.Equal((TimeSpan.Zero, ErrorCodes.Draining), (moved.RetryIn, moved.Code));
    }

    [Fact]
    public async Task Draining_ServerThatIsSlowToSayGoodbye_IsNotWaitedFor()
    {
        var goodbye = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync();
        server.Script.Disconnected = _ => goodbye.Task;
        await using var app = new ClientUnderTest(server.Url, o => o.CloseTimeout = TimeSpan.FromMinutes(10));
        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        var connection = await server.Connections.NextAsync();
        await connection.SendAsync(new Notice { Kind = NoticeKinds.Draining, ReconnectAfter = 0.01 });

        await server.Connections.NextAsync();
        Assert.True((await app.Client.SendAsync("c", "text", "on the next one").WaitAsync(Eventually.Patience)).Ok);
        await connection.Closed.WaitAsync(Eventually.Patience);

        // Whoever disposes of the client waits for both.
        var disposing = app.Client.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        goodbye.SetResult();
        await disposing.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task Watchdog_WhenTheServerNoLongerAnswers_ReplacesTheConnection()
    {
        var time = new ManualTimeProvider();
        await using var server = await ScriptedServer.StartAsync();
        server.Script.Ping = connection => connection == server.Connections.All[0]
            ? new TaskCompletionSource<PingResult>().Task
            : Task.FromResult(new PingResult { Ok = true });
        await using var app = new ClientUnderTest(server.Url, o => o.TimeProvider = time);
        app.Client.Start();
        var stuck = await server.Connections.NextAsync();
        await app.Notices.NextAsync(notice => notice.Kind == NoticeKinds.Welcome);

        await time.WaitForTimersAsync();
        time.Advance(TimeSpan.FromSeconds(20));
        await stuck.Calls.NextAsync(call => call is PingRequest);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(15));
        time.Advance(TimeSpan.FromSeconds(15));
        await app.PassRetryAsync(time);

        await server.Connections.NextAsync();
    }

    [Fact]
    public async Task TokenExpiring_WithAProvider_GivesTheConnectionAFreshToken()
    {
        var tokens = 0;
        await using var server = await ScriptedServer.StartAsync();
        server.Script.RefreshToken = (_, request) => Task.FromResult(
            request.Token == "token 3" ? Result.Success : Result.Failure(ServerScript.Refusal(ErrorCodes.Unauthenticated)));
        await using var app = new ClientUnderTest(
            server.Url, o => o.AccessTokenProvider = _ => ValueTask.FromResult<string?>($"token {Interlocked.Increment(ref tokens)}"));
        app.Client.Start();
        var connection = await server.Connections.NextAsync();

        await connection.SendAsync(new Notice { Kind = NoticeKinds.TokenExpiring });

        Assert.Equal([new RefreshTokenRequest("token 2"), new RefreshTokenRequest("token 3")], await connection.Calls.NextAsync(2));
        Assert.False((await app.Client.RefreshTokenAsync().WaitAsync(Eventually.Patience)).Ok);
    }

    [Fact]
    public async Task Calls_WhenTheConnectionGoesBeforeTheAnswer_AreMadeAgainOnTheNext()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Script.History = (connection, _) =>
        {
            if (connection == server.Connections.All[0])
            {
                connection.Abort();
                return new TaskCompletionSource<HistoryResult>().Task;
            }

            return Task.FromResult(new HistoryResult { Ok = true, Events = [], Head = 7 });
        };
        await using var app = new ClientUnderTest(server.Url);
        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        await server.Connections.NextAsync();

        var history = await app.Client.HistoryAsync("c").WaitAsync(Eventually.Patience);

        Assert.Equal(7, history.Head);
    }

    [Fact]
    public async Task Calls_WhenCancelledWhileOffline_End()
    {
        await using var app = new ClientUnderTest(new Uri($"http://127.0.0.1:{FreePort.Next()}"));
        app.Client.Start();
        using var cancel = new CancellationTokenSource();
        var call = app.Client.ConversationsAsync(cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Dispose_WhileConnected_ClosesTheConnectionCleanly()
    {
        await using var server = await ScriptedServer.StartAsync();
        var app = new ClientUnderTest(server.Url);
        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        var connection = await server.Connections.NextAsync();

        await app.DisposeAsync();

        await connection.Closed.WaitAsync(Eventually.Patience);
        Assert.Equal(ChatConnectionState.Closed, app.Client.State);
        await Assert.ThrowsAsync<ChatClosedException>(() => app.Client.PingAsync());
    }
}
