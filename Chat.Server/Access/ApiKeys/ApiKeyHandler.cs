using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Chat.Contracts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Chat.Server.Access.ApiKeys;

/// <summary>Knows a back-end service by the header <c>X-Api-Key</c>.</summary>
internal sealed partial class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> scheme, ILoggerFactory loggers, UrlEncoder encoder, IOptions<ApiOptions> options, AccessMeter meter, RefusalLog refusals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(scheme, loggers, encoder)
{
    public const string Header = "X-Api-Key";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Header] is not [{ Length: > 0 } given])
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        // All keys are compared, and by their hashes: neither length nor place tells by the time that it takes.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> known = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(given), hash);
        ApiKeyOptions? found = null;
        foreach (var key in options.Value.Keys)
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(key.Key), known);
            found = CryptographicOperations.FixedTimeEquals(hash, known) ? key : found;
        }

        if (found is null)
        {
            meter.Refused("api_key");
            if (refusals.IsDue(nameof(Log.KeyRefused), out var leftOut))
            {
                Log.KeyRefused(Logger, leftOut);
            }

            return Task.FromResult(AuthenticateResult.Fail("The key is not known."));
        }

        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(IdentityOf(found)), Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Refusal.WriteAsync(
        Context, StatusCodes.Status401Unauthorized, new ChatError(ErrorCodes.Unauthenticated, $"A valid {Header} is needed.", Retryable: false));

    private static ClaimsIdentity IdentityOf(ApiKeyOptions key)
    {
        var identity = new ClaimsIdentity(Callers.Service, "sub", Callers.RoleClaim);
        identity.AddClaim(new Claim("sub", Callers.ServiceName(key.Name)));
        identity.AddClaims(ApiRoles.Words(key.Roles).Select(role => new Claim(Callers.RoleClaim, role)));
        if (key.Topics.Length > 0)
        {
            identity.AddClaim(new Claim(Callers.TopicsClaim, key.Topics));
        }

        return identity;
    }

    private static partial class Log
    {
        [LoggerMessage(1305, LogLevel.Warning, "An unknown API key was refused; {LeftOut} before it were not written down", EventName = "ApiKeyRefused")]
        public static partial void KeyRefused(ILogger logger, long leftOut);
    }
}
