using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Client.Support;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Sessions;

/// <summary>Tokens of five seconds, and messages all the time: none is lost, whether the token is refreshed in time or not.</summary>
public sealed class When_a_token_ends : IAsyncLifetime
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);
    private InProcessServer _server = null!;

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private ClientUnderTest App(string user, Func<CancellationToken, ValueTask<string?>> token, bool handlesEvents = true) => new(
        _server.Address,
        options =>
        {
            options.Device = "phone";
            options.AccessTokenProvider = token;
        },
        handlesEvents);

    private ValueTask<string?> Brief(string user) => ValueTask.FromResult<string?>(_server.Token(user, Lifetime));

    /// <summary>Sends until told to stop; answers how many.</summary>
    private static async Task<int> SendAsync(ChatClient client, string conversation, Task until)
    {
        for (var n = 1; ; n++)
        {
            Assert.True((await client.SendAsync(conversation, "text", new { n })).Ok);
            if (until.IsCompleted)
            {
                return n;
            }

            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task Refreshed_in_time_over_and_over_the_connection_stands_and_no_message_is_lost()
    {
        var refreshed = new Inflow<bool>("token");
        await using var alice = App("alice", _ => Brief("alice"), handlesEvents: false);
        await using var bob = App("bob", _ =>
        {
            refreshed.Add(true);
            return Brief("bob");
        });
        await Task.WhenAll(alice.Client.ConnectAsync(), bob.Client.ConnectAsync());
        var conversation = (await alice.Client.CreateDirectAsync("bob")).Conversation!.Id;

        var count = await SendAsync(alice.Client, conversation, refreshed.NextAsync(4));

        await bob.Events.NextAsync(count);
        Assert.Equal(Enumerable.Range(1, count).Select(n => (long?)n), bob.Seqs(conversation));
        Assert.Equal([ChatConnectionState.Connecting, ChatConnectionState.Connected], bob.States.All.Select(s => s.Current));
        Assert.Equal([ChatConnectionState.Connecting, ChatConnectionState.Connected], alice.States.All.Select(s => s.Current));
    }

    [Fact]
    public async Task Not_refreshed_the_connection_ends_and_comes_back_and_no_message_is_lost()
    {
        ClientUnderTest? self = null;
        await using var alice = App("alice", _ => ValueTask.FromResult<string?>(_server.Token("alice")), handlesEvents: false);
        await using var bob = App("bob", async cancellation =>
        {
            // One token for each connect; while it is connected, sign-in does not answer.
            if (self?.Client.State == ChatConnectionState.Connected)
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return await Brief("bob");
        });
        self = bob;
        await Task.WhenAll(alice.Client.ConnectAsync(), bob.Client.ConnectAsync());
        var conversation = (await alice.Client.CreateDirectAsync("bob")).Conversation!.Id;

        // Not the third token: one may be asked for, in the moment of the end, that no connection uses.
        var ended = Eventually.TrueAsync(() => Ends(bob).Count >= 2 && bob.Client.State == ChatConnectionState.Connected, "two connections end, and a third stands");
        var count = await SendAsync(alice.Client, conversation, ended);
        await ended;

        await bob.Events.NextAsync(count);
        Assert.Equal(Enumerable.Range(1, count).Select(n => (long?)n), bob.Seqs(conversation));
        Assert.InRange(Ends(bob).Count, 2, 3);
        Assert.All(Ends(bob), code => Assert.Equal(ErrorCodes.TokenExpired, code));
    }

    private static List<string?> Ends(ClientUnderTest app) => [.. app.Notices.All.Where(n => n.Kind == NoticeKinds.Bye).Select(n => n.Code)];
}
