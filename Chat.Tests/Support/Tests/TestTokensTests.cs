using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Tests.Support.Tests;

public sealed class TestTokensTests
{
    [Fact]
    public async Task For_User_IsAccepted()
    {
        var result = await ValidateAsync(TestTokens.For("alice", claims: new Dictionary<string, object?> { ["scope"] = "chat" }));
        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal("alice", result.Claims["sub"]);
        Assert.Equal("chat", result.Claims["scope"]);
    }

    [Fact]
    public async Task For_ExpiredForgedOrUnsigned_IsRefused()
    {
        Assert.IsType<SecurityTokenExpiredException>((await ValidateAsync(TestTokens.For("alice", TimeSpan.FromMinutes(-1)))).Exception);
        Assert.False((await ValidateAsync(TestTokens.For("alice", key: new string('k', 64)))).IsValid);
        Assert.False((await ValidateAsync(TestTokens.Unsigned("alice"))).IsValid);
        Assert.IsType<SecurityTokenInvalidAudienceException>(
            (await ValidateAsync(TestTokens.For("alice", claims: new Dictionary<string, object?> { ["aud"] = null }))).Exception);
    }

    private static Task<TokenValidationResult> ValidateAsync(string token) =>
        new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(TestTokens.SigningKey)),
            ValidIssuer = TestTokens.Issuer,
            ValidAudience = TestTokens.Audience,
            ClockSkew = TimeSpan.Zero,
        });
}
