using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Bench.Targets;

namespace Chat.Tests.Bench;

public class TokensTests
{
    [Fact]
    public void For_AUser_IsSignedAndNamesThem()
    {
        var parts = new Tokens("a key that is long enough to sign with", "issuer", "audience", TimeProvider.System).For("alice").Split('.');

        var signature = HMACSHA256.HashData("a key that is long enough to sign with"u8, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"));
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1])).RootElement;
        Assert.Equal(signature, Base64Url.DecodeFromChars(parts[2]));
        Assert.Equal("alice", claims.GetProperty("sub").GetString());
        Assert.Equal("issuer", claims.GetProperty("iss").GetString());
        Assert.Equal("audience", claims.GetProperty("aud").GetString());
    }
}
