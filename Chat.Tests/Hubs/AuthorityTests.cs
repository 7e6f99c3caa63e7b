using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Hubs;

/// <summary>Tokens of an OpenID Connect authority, which signs with a key of its own and publishes the other half.</summary>
public sealed class AuthorityTests : IAsyncLifetime
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly string _authority = $"http://127.0.0.1:{FreePort.Next()}";
    private WebApplication _issuer = null!;
    private InProcessServer _server = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder([$"--urls={_authority}"]);
        builder.Logging.ClearProviders();
        _issuer = builder.Build();
        _issuer.MapGet("/.well-known/openid-configuration", () => new Dictionary<string, string> { ["issuer"] = _authority, ["jwks_uri"] = $"{_authority}/keys" });
        _issuer.MapGet("/keys", () => new { keys = new[] { PublicKey() } });
        await _issuer.StartAsync();
        _server = await InProcessServer.StartAsync($"Auth:Authority={_authority}");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _issuer.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Connect_TokenOfTheAuthority_IsLetIn()
    {
        await using var client = await WireClient.ConnectAsync(_server.Address, Sign("RS256", Payload(), RsaSignature));
        Assert.Equal("alice", (await client.NoticeAsync(NoticeKinds.Welcome)).User);
    }

    [Fact]
    public async Task Connect_PublicKeyPassedOffAsAnHmacSecret_Is401()
    {
        byte[][] secrets =
        [
            Encoding.UTF8.GetBytes(_key.ExportSubjectPublicKeyInfoPem()),
            _key.ExportSubjectPublicKeyInfo(),
            _key.ExportRSAPublicKey(),
            Encoding.UTF8.GetBytes(PublicKey()["n"]),
        ];
        foreach (var secret in secrets)
        {
            await RefusedAsync(Sign("HS256", Payload(), text => HMACSHA256.HashData(secret, text)));
        }
    }

    [Fact]
    public async Task Connect_ForeignIssuerOrKeyOrNoSignature_Is401()
    {
        using var foreign = RSA.Create(2048);
        await RefusedAsync(Sign("RS256", Payload(issuer: "https://elsewhere.example"), RsaSignature));
        await RefusedAsync(Sign("RS256", Payload(), text => foreign.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        await RefusedAsync(TestTokens.Unsigned("alice"));
        await RefusedAsync(TestTokens.For("alice"));
    }

    [Fact]
    public async Task Connect_AuthorityDoesNotAnswer_Is503AndNobodyIsLetIn()
    {
        await _issuer.StopAsync();
        var refused = await Assert.ThrowsAsync<HandshakeRefusedException>(() =>
            WireClient.ConnectAsync(_server.Address, Sign("RS256", Payload(), RsaSignature)));
        Assert.Equal(503, refused.Status);
        Assert.Equal(401, (await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(_server.Address, "nonsense"))).Status);
        Assert.Equal(401, (await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(_server.Address, token: null))).Status);
    }

    [Fact]
    public async Task TokenEndpoint_WithAnAuthority_IssuesNothing()
    {
        using var content = new StringContent("""{"user":"alice"}""", Encoding.UTF8, "application/json");
        using var answer = await _server.Http.PostAsync("/api/token", content);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    private async Task RefusedAsync(string token) =>
        Assert.Equal(401, (await Assert.ThrowsAsync<HandshakeRefusedException>(() => WireClient.ConnectAsync(_server.Address, token))).Status);

    private Dictionary<string, string> PublicKey()
    {
        var key = _key.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["kty"] = "RSA", ["use"] = "sig", ["kid"] = "1", ["alg"] = "RS256",
            ["n"] = Base64Url.EncodeToString(key.Modulus!), ["e"] = Base64Url.EncodeToString(key.Exponent!),
        };
    }

    private Dictionary<string, object> Payload(string? issuer = null) => new()
    {
        ["sub"] = "alice", ["iss"] = issuer ?? _authority, ["exp"] = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds(),
    };

    private byte[] RsaSignature(byte[] text) => _key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static string Sign(string algorithm, Dictionary<string, object> payload, Func<byte[], byte[]> sign)
    {
        var header = new Dictionary<string, string> { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = "1" };
        var text = $"{Part(header)}.{Part(payload)}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.UTF8.GetBytes(text)))}";

        static string Part(object content) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(content));
    }
}
