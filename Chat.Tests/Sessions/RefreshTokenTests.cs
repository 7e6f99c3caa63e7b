using System.Security.Claims;
using Chat.Contracts;
using Chat.Server.Sessions;
using Chat.Tests.Hubs;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Sessions;

public sealed class RefreshTokenTests : IAsyncLifetime
{
    private InProcessServer _server = null!;

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync(
        $"Auth:SigningKey={TestTokens.SigningKey}", $"Auth:Issuer={TestTokens.Issuer}", $"Auth:Audience={TestTokens.Audience}");

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private Task<WireClient> ConnectAsync(string user, TimeSpan lifetime) => WireClient.ConnectAsync(_server.Address, TestTokens.For(user, lifetime));

    private static async Task<string?> RefreshAsync(WireClient client, string? token) => ChatHubTests.CodeOf(await client.CallAsync("RefreshToken", new { token }));

    [Fact]
    public async Task Token_ThatEnds_IsToldAheadThenTheConnectionIsClosedWithBye()
    {
        await using var alice = await ConnectAsync("alice", TimeSpan.FromSeconds(4));
        var expiring = await alice.NoticeAsync(NoticeKinds.TokenExpiring);
        Assert.NotNull(expiring.At);
        var bye = await alice.NoticeAsync(NoticeKinds.Bye);
        Assert.Equal((ErrorCodes.TokenExpired, true), (bye.Code, bye.Retry));
        await alice.Closed;
        Assert.InRange(TimeProvider.System.GetUtcNow(), expiring.At.Value, DateTimeOffset.MaxValue);
    }

    [Fact]
    public async Task Refresh_BeforeTheEnd_KeepsTheConnection_AndIsToldAgainForTheNewToken()
    {
        await using var alice = await ConnectAsync("alice", TimeSpan.FromSeconds(4));
        var first = await alice.NoticeAsync(NoticeKinds.TokenExpiring);
        Assert.Null(await RefreshAsync(alice, TestTokens.For("alice", TimeSpan.FromSeconds(8))));
        var second = await alice.NoticeAsync(NoticeKinds.TokenExpiring);
        Assert.True(second.At > first.At);
        Assert.Null(ChatHubTests.CodeOf(await alice.CallAsync("Conversations", new { })));
        Assert.Null(await RefreshAsync(alice, TestTokens.For("alice")));
        await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() > second.At, "the second token's end is past");
        Assert.Null(ChatHubTests.CodeOf(await alice.CallAsync("Conversations", new { })));
        Assert.False(alice.Closed.IsCompleted);
    }

    public static TheoryData<string, string?, string> BadTokens() => new()
    {
        { "none", null, ErrorCodes.Invalid },
        { "empty", "", ErrorCodes.Invalid },
        { "too long", new string('x', 20_000), ErrorCodes.Invalid },
        { "nonsense", "not.a.token", ErrorCodes.Unauthenticated },
        { "expired", TestTokens.For("alice", TimeSpan.FromHours(-1)), ErrorCodes.TokenExpired },
        { "forged", TestTokens.For("alice", key: new string('k', 64)), ErrorCodes.Unauthenticated },
        { "unsigned", TestTokens.Unsigned("alice"), ErrorCodes.Unauthenticated },
        { "another audience", TestTokens.For("alice", claims: new Dictionary<string, object?> { ["aud"] = "others" }), ErrorCodes.Unauthenticated },
        { "without a subject", TestTokens.For("alice", claims: new Dictionary<string, object?> { ["sub"] = null }), ErrorCodes.Unauthenticated },
        { "another's", TestTokens.For("mallory"), ErrorCodes.Forbidden },
    };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task Refresh_WithABadToken_ChangesNothing(string what, string? token, string code)
    {
        await using var alice = await ConnectAsync("alice", TimeSpan.FromHours(1));
        Assert.Equal((what, code), (what, await RefreshAsync(alice, token)));
        var conversation = await alice.CreateAsync("group", "bob");
        Assert.Equal("alice", (await alice.SendAsync(conversation, $"{what}-m", "x")) is { Ok: true } ? "alice" : "refused");
        Assert.Equal("alice", (await alice.EventAsync()).Sender);
    }

    [Fact]
    public async Task Refresh_WithOtherClaims_TakesThemAtOnce_AndEndsWhatTheyDoNotAllow()
    {
        static string Token(string topics) => TestTokens.For("alice", claims: new Dictionary<string, object?> { ["topics_subscribe"] = topics });
        await using var alice = await WireClient.ConnectAsync(_server.Address, Token("news"));
        await using var press = await WireClient.ConnectAsync(_server.Address, TestTokens.For("press"));
        Assert.Null(ChatHubTests.CodeOf(await alice.CallAsync("Subscribe", new { topic = "news" })));
        Assert.NotNull(ChatHubTests.CodeOf(await alice.CallAsync("Subscribe", new { topic = "sports" })));
        await press.CallAsync("Publish", new { id = "n1", topic = "news", type = "text", body = 1 });
        Assert.Equal("n1", (await alice.EventAsync()).Id);

        Assert.Null(await RefreshAsync(alice, Token("sports")));

        var revoked = await alice.NoticeAsync(NoticeKinds.Revoked);
        Assert.Equal("topic:news", revoked.Conversation);
        Assert.Null(ChatHubTests.CodeOf(await alice.CallAsync("Subscribe", new { topic = "sports" })));
        await press.CallAsync("Publish", new { id = "n2", topic = "news", type = "text", body = 2 });
        await press.CallAsync("Publish", new { id = "s1", topic = "sports", type = "text", body = 3 });
        Assert.Equal("s1", (await alice.EventAsync()).Id);
    }

    [Fact]
    public void RefreshableUser_AfterAReplacement_HasTheNewClaimsOnly()
    {
        static ClaimsPrincipal With(string role) => new(new ClaimsIdentity([new Claim("sub", "alice"), new Claim("roles", role)], "test", "sub", "roles"));
        ClaimsPrincipal user = new RefreshableUser(With("reader"));
        Assert.True(user.IsInRole("reader"));
        ((RefreshableUser)user).Replace(With("writer"));

        Assert.False(user.IsInRole("reader"));
        Assert.True(user.IsInRole("writer"));
        Assert.Equal(["writer"], user.FindAll("roles").Select(c => c.Value));
        Assert.Equal("writer", user.FindFirst("roles")?.Value);
        Assert.True(user.HasClaim("roles", "writer"));
        Assert.Equal("alice", user.Identity?.Name);
        Assert.True(user.Identity?.IsAuthenticated);
        Assert.Equal(2, user.Claims.Count());
        Assert.Single(user.Identities);
        Assert.True(user.Clone().IsInRole("writer"));
    }
}
