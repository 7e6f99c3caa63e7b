using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Server.Access;

/// <summary>Signs tokens for developers. In production the application's own sign-in does that.</summary>
internal sealed class TokenIssuer(TokenKey key, IOptions<AuthOptions> options, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Null when an authority issues the tokens.</summary>
    public string? Issue(string user, TimeSpan? lifetime = null)
    {
        if (key.Key is null)
        {
            return null;
        }

        var now = time.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = user },
            Issuer = options.Value.Issuer.Length > 0 ? options.Value.Issuer : null,
            Audience = options.Value.Audience.Length > 0 ? options.Value.Audience : null,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + (lifetime ?? options.Value.DevelopmentTokenLifetime)).UtcDateTime,
            SigningCredentials = new SigningCredentials(key.Key, SecurityAlgorithms.HmacSha256),
        });
    }
}
