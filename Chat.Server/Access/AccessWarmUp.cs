using System.Security.Cryptography;
using Chat.Server.Workers.Ports;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Server.Access;

/// <summary>Has the authority's keys fetched, and a token judged that was signed with a key of this moment: nothing that the real rules would take.</summary>
internal sealed class AccessWarmUp(IOptionsMonitor<JwtBearerOptions> bearer, TimeProvider time) : IWarmUp
{
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var options = bearer.Get(JwtBearerDefaults.AuthenticationScheme);
        var key = new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = "warm-up" },
            NotBefore = now.UtcDateTime,
            Expires = now.UtcDateTime.AddMinutes(1),
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256),
        });
        var parameters = options.TokenValidationParameters.Clone();
        parameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
        parameters.IssuerSigningKey = key;
        parameters.ValidateIssuer = parameters.ValidateAudience = false;
        await options.TokenHandlers[0].ValidateTokenAsync(token, parameters);

        if (options.ConfigurationManager is { } authority)
        {
            await authority.GetConfigurationAsync(cancellationToken);
        }
    }
}
