using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;

namespace Chat.Tests.Hubs;

/// <summary>Who gets in, and how who does not is told.</summary>
public sealed class HandshakeTests : IAsyncLifetime
{
    private InProcessServer _server = null!;

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Connect_TokenInTheHeaderOrInTheQuery_IsLetIn()
    {
        await using var header = await WireClient.ConnectAsync(_server.Address, _server.Token("alice"));
        await using var query = await WireClient.ConnectAsync(_server.Address, _server.Token("bob"), tokenInQuery: true);
        Assert.Equal("alice", (await header.NoticeAsync(NoticeKinds.Welcome)).User);
        Assert.Equal("bob", (await query.NoticeAsync(NoticeKinds.Welcome)).User);
    }

    public static TheoryData<string, string?> BadTokens => new()
    {
        { "none", null },
        { "no token", "nonsense" },
        { "another key", TestTokens.For("alice") },
        { "no signature", TestTokens.Unsigned("alice") },
    };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task Connect_BadToken_Is401(string what, string? token)
    {
        var refused = await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(_server.Address, token));
        Assert.True(refused.Status == 401, $"{what}: {refused.Status}");
    }

    [Fact]
    public async Task Connect_TokenOfAnotherAlgorithm_Is401()
    {
        var parts = _server.Token("alice").Split('.');
        var header = Convert.ToBase64String("""{"alg":"HS512","typ":"JWT"}"""u8).TrimEnd('=');
        var refused = await Assert.ThrowsAsync<HandshakeRefusedException>(() =>
            WireClient.ConnectAsync(_server.Address, $"{header}.{parts[1]}.{parts[2]}"));
        Assert.Equal(401, refused.Status);
    }

    [Fact]
    public async Task Negotiate_ExpiredToken_IsToldAsExpired()
    {
        await using var server = await InProcessServer.StartAsync($"Auth:SigningKey={TestTokens.SigningKey}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hubs/chat/negotiate?negotiateVersion=1");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestTokens.For("alice", lifetime: TimeSpan.FromMinutes(-2)));
        using var answer = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(ErrorCodes.TokenExpired, await CodeOfAsync(answer));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ali\nce")]
    [InlineData("ali\u202Ece")]
    public async Task Connect_SubjectThatIsNoName_Is401(string? subject)
    {
        await using var server = await InProcessServer.StartAsync($"Auth:SigningKey={TestTokens.SigningKey}");
        var token = TestTokens.For("alice", claims: new Dictionary<string, object?> { ["sub"] = subject });
        Assert.Equal(401, (await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(server.Address, token))).Status);
        await using var fine = await WireClient.ConnectAsync(server.Address, TestTokens.For("alice"));
        Assert.Equal("alice", (await fine.NoticeAsync(NoticeKinds.Welcome)).User);
    }

    [Fact]
    public async Task Connect_IssuerAndAudienceConfigured_AreDemanded()
    {
        await using var server = await InProcessServer.StartAsync(
            $"Auth:SigningKey={TestTokens.SigningKey}", $"Auth:Issuer={TestTokens.Issuer}", $"Auth:Audience={TestTokens.Audience}");
        await using var fine = await WireClient.ConnectAsync(server.Address, TestTokens.For("alice"));
        await using var own = await WireClient.ConnectAsync(server.Address, server.Token("alice"));
        foreach (var claim in new[] { "iss", "aud", "exp" })
        {
            var without = TestTokens.For("alice", claims: new Dictionary<string, object?> { [claim] = null });
            Assert.Equal(401, (await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(server.Address, without))).Status);
        }

        var foreign = TestTokens.For("alice", claims: new Dictionary<string, object?> { ["aud"] = "another application" });
        Assert.Equal(401, (await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(server.Address, foreign))).Status);
    }

    [Fact]
    public async Task Connect_TokenExpiresWhileConnected_ClosesTheConnection()
    {
        // The skew of 30 s lets an expired token in once; the connection does not outlive the token.
        await using var server = await InProcessServer.StartAsync($"Auth:SigningKey={TestTokens.SigningKey}");
        await using var client = await WireClient.ConnectAsync(server.Address, TestTokens.For("alice", lifetime: TimeSpan.FromSeconds(-10)));
        await client.Closed;
    }

    [Theory]
    [InlineData("/api/token")]
    [InlineData("/ready")]
    public async Task QueryToken_OutsideTheHubs_IsNotLookedAt(string path)
    {
        using var answer = await _server.Http.GetAsync($"{path}?access_token=nonsense");
        Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    public async Task AnyMethod_ForeignOrigin_Is403(string method)
    {
        foreach (var path in new[] { "/hubs/chat", "/hubs/chat/negotiate", "/hubs/chat?id=1", "/HUBS/Chat/", "/hubs", "/hubs/", "/hubs/none", "/hubs/chat/none" })
        {
            foreach (var origin in new[] { "https://evil.example", "null", $"{_server.Address.GetLeftPart(UriPartial.Authority)}.evil.example" })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _server.Token("alice"));
                request.Headers.Accept.ParseAdd("text/event-stream");
                request.Headers.TryAddWithoutValidation("Origin", origin);
                using var answer = await _server.Http.SendAsync(request);
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {path} from {origin} answers {(int)answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Upgrade_ForeignOrigin_Is403AndOwnOriginIsLetIn()
    {
        var refused = await Assert.ThrowsAsync<HandshakeRefusedException>(() =>
            WireClient.ConnectAsync(_server.Address, _server.Token("alice"), origin: "https://evil.example"));
        Assert.Equal(403, refused.Status);
        await using var same = await WireClient.ConnectAsync(_server.Address, _server.Token("alice"), origin: _server.Address.GetLeftPart(UriPartial.Authority));
        await same.NoticeAsync(NoticeKinds.Welcome);
    }

    [Fact]
    public async Task Negotiate_AllowedOrigin_MayReadTheAnswer()
    {
        await using var server = await InProcessServer.StartAsync("Auth:AllowedOrigins:0=https://app.example");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hubs/chat/negotiate?negotiateVersion=1");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Token("alice"));
        request.Headers.Add("Origin", "https://app.example");
        using var answer = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["https://app.example"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.0/8")]
    public async Task Connect_PlainHttpFromAnotherMachine_Is403OutsideDevelopmentUnlessAProxyEndsTls(string proxy)
    {
        string[] production = ["environment=Production", $"Auth:SigningKey={TestTokens.SigningKey}", $"Auth:KnownProxies:0={proxy}"];
        await using var direct = await InProcessServer.StartAsync(production);
        var refused = await Assert.ThrowsAsync<HandshakeRefusedException>(() =>
            WireClient.ConnectAsync(direct.Address, TestTokens.For("alice"), forwardedFor: "203.0.113.5"));
        Assert.Equal(403, refused.Status);
        await using var local = await WireClient.ConnectAsync(direct.Address, TestTokens.For("alice"));
        await local.NoticeAsync(NoticeKinds.Welcome);

        await using var proxied = await InProcessServer.StartAsync([.. production, "Auth:BehindProxy=true"]);
        await using var remote = await WireClient.ConnectAsync(proxied.Address, TestTokens.For("alice"), forwardedFor: "203.0.113.5");
        await remote.NoticeAsync(NoticeKinds.Welcome);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("")]
    [InlineData("too long, too long, too long, too long, too long, too long, too long, too long, too long, too long, too long, too long, too long, too long")]
    public async Task Connect_BadDevice_Is400(string device) =>
        Assert.Equal(400, (await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(_server.Address, _server.Token("alice"), device))).Status);

    [Fact]
    public async Task Responses_HaveTheHeadersAndNoBanner()
    {
        using var answer = await _server.Http.GetAsync("/live");
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task TokenEndpoint_InDevelopment_GivesATokenThatConnects()
    {
        using var answer = await _server.Http.PostAsJsonAsync("/api/token", new { user = "alice" });
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        await using var client = await WireClient.ConnectAsync(_server.Address, token);
        Assert.Equal("alice", (await client.NoticeAsync(NoticeKinds.Welcome)).User);
    }

    [Theory]
    [InlineData("""{"user":""}""")]
    [InlineData("""{"user":"a\nb"}""")]
    [InlineData("""{"user":"alice","expiresIn":0}""")]
    [InlineData("""{"user":7}""")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("null")]
    public async Task TokenEndpoint_BadRequest_Is400(string json)
    {
        using var content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await _server.Http.PostAsync("/api/token", content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(ErrorCodes.Invalid, await CodeOfAsync(answer));
    }

    [Fact]
    public async Task TokenEndpoint_OutsideDevelopment_IsNotThere()
    {
        await using var server = await InProcessServer.StartAsync("environment=Production", $"Auth:SigningKey={TestTokens.SigningKey}");
        using var answer = await server.Http.PostAsJsonAsync("/api/token", new { user = "alice" });
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        await using var client = await WireClient.ConnectAsync(server.Address, TestTokens.For("alice"));
        Assert.Equal("alice", (await client.NoticeAsync(NoticeKinds.Welcome)).User);
    }

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("code").GetString();
}
