using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Chat.Tests.Support;

/// <summary>
/// HS256 tokens as an application's own sign-in would make them; written out by hand, so that the library that checks them is
/// not also the one that makes them.
/// </summary>
internal static class TestTokens
{
    public const string Issuer = "https://sign-in.test";
    public const string Audience = "chat-tests";

    /// <summary>For <c>Auth:SigningKey</c>; another one each run.</summary>
    public static string SigningKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));

    /// <summary>A token of this user that a <see cref="ServerProcess"/> takes.</summary>
    /// <param name="lifetime">An hour unless told; negative: expired.</param>
    /// <param name="key">Another one makes a forgery.</param>
    /// <param name="claims">Added to the usual ones, or put in their place; null takes one away.</param>
    public static string For(
        string user, TimeSpan? lifetime = null, string? key = null, IReadOnlyDictionary<string, object?>? claims = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var expires = now + (lifetime ?? TimeSpan.FromHours(1));
        var issued = expires < now ? expires.AddHours(-1) : now;
        var payload = new Dictionary<string, object?>
        {
            ["sub"] = user,
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["iat"] = issued.ToUnixTimeSeconds(),
            ["nbf"] = issued.ToUnixTimeSeconds(),
            ["exp"] = expires.ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in claims ?? new Dictionary<string, object?>())
        {
            payload[name] = value;
        }

        return Sign(new { alg = "HS256", typ = "JWT" }, payload.Where(c => c.Value is not null).ToDictionary(), key ?? SigningKey);
    }

    /// <summary>With <c>alg: none</c> and no signature.</summary>
    public static string Unsigned(string user) =>
        $"{Part(new { alg = "none", typ = "JWT" })}.{Part(new { sub = user, iss = Issuer, aud = Audience, exp = 4_102_444_800 })}.";

    private static string Sign(object header, object payload, string key)
    {
        var text = $"{Part(header)}.{Part(payload)}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text)))}";
    }

    private static string Part(object content) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(content));
}
