using System.Security.Claims;
using Chat.Contracts;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Server.Access;

/// <summary>A token that came otherwise than with a request: who it is of, or why it is not taken.</summary>
internal readonly record struct TokenVerdict(ClaimsPrincipal? Principal, ChatError? Error);

/// <summary>Judges tokens that come over an open connection, by the same rules as those that come with a request.</summary>
internal sealed partial class TokenCheck(IOptionsMonitor<JwtBearerOptions> bearer, AccessMeter meter, RefusalLog refusals, ILogger<TokenCheck> logger)
{
    private const int Longest = 16 * 1024;

    private static readonly ChatError Malformed = new(ErrorCodes.Invalid, "token: a token is needed.", Retryable: false);
    private static readonly ChatError Refused = new(ErrorCodes.Unauthenticated, "The token is not valid.", Retryable: false);
    private static readonly ChatError Expired = new(ErrorCodes.TokenExpired, "The token has expired.", Retryable: false);
    private static readonly ChatError Unverifiable = new(ErrorCodes.Internal, "Tokens cannot be checked now.", Retryable: true, RetryAfter: 5);

    public async Task<TokenVerdict> CheckAsync(string? token, CancellationToken cancellation)
    {
        if (token is not { Length: > 0 and <= Longest })
        {
            return new(null, Malformed);
        }

        var options = bearer.Get(JwtBearerDefaults.AuthenticationScheme);
        var parameters = options.TokenValidationParameters.Clone();
        if (options.ConfigurationManager is { } authority)
        {
            try
            {
                var configuration = await authority.GetConfigurationAsync(cancellation);
                parameters.ValidIssuer ??= configuration.Issuer;
                parameters.IssuerSigningKeys = configuration.SigningKeys;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                if (refusals.IsDue(nameof(Log.TokenUnverifiable), out var unwritten))
                {
                    Log.TokenUnverifiable(logger, e.GetType().Name, unwritten);
                }

                return new(null, Unverifiable);
            }
        }

        var result = await options.TokenHandlers[0].ValidateTokenAsync(token, parameters);
        if (result.IsValid && Names.IsUser(result.ClaimsIdentity.FindFirst("sub")?.Value))
        {
            return new(new ClaimsPrincipal(result.ClaimsIdentity), null);
        }

        var expired = result.Exception is SecurityTokenExpiredException;
        meter.Refused(result.IsValid ? "subject" : expired ? "expired" : "invalid");
        if (refusals.IsDue(nameof(Log.RefreshRefused), out var leftOut))
        {
            Log.RefreshRefused(logger, result.Exception?.GetType().Name ?? "sub", leftOut);
        }

        return new(null, expired ? Expired : Refused);
    }

    private static partial class Log
    {
        [LoggerMessage(1315, LogLevel.Information, "A token that was to replace another was refused ({Reason}); {LeftOut} before it were not written down", EventName = "RefreshRefused")]
        public static partial void RefreshRefused(ILogger logger, string reason, long leftOut);

        [LoggerMessage(1316, LogLevel.Error, "A token that was to replace another cannot be checked ({Reason}): does Auth:Authority answer? {LeftOut} before it were not written down", EventName = "RefreshUnverifiable")]
        public static partial void TokenUnverifiable(ILogger logger, string reason, long leftOut);
    }
}
