using Chat.Contracts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Server.Access;

/// <summary>How a bearer token is judged.</summary>
internal sealed partial class BearerSetup(
    TokenKey key, IOptions<AuthOptions> options, IHostEnvironment environment, AccessMeter meter, RefusalLog refusals, ILogger<BearerSetup> logger) : IConfigureNamedOptions<JwtBearerOptions>
{
    /// <summary>Where a token may stand in the query, because browsers cannot send a header with a WebSocket.</summary>
    public static readonly PathString QueryTokenPath = "/hubs";

    /// <summary>Clocks differ.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(30);

    private static readonly string[] AuthorityAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384,
    ];

    public void Configure(string? name, JwtBearerOptions bearer) => Configure(bearer);

    public void Configure(JwtBearerOptions bearer)
    {
        var auth = options.Value;
        bearer.MapInboundClaims = false;
        bearer.IncludeErrorDetails = false;
        bearer.SaveToken = false;
        bearer.RequireHttpsMetadata = !environment.IsDevelopment();
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            NameClaimType = "sub",
            RoleClaimType = Callers.RoleClaim,
            ClockSkew = ClockTolerance,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ValidateLifetime = true,
            ValidateIssuerSigningKey = true,
            // One family only: with both, a public key could be passed off as an HMAC secret.
            ValidAlgorithms = key.Key is null ? AuthorityAlgorithms : [SecurityAlgorithms.HmacSha256],
            IssuerSigningKey = key.Key,
            ValidateIssuer = auth.Issuer.Length > 0 || key.Key is null,
            ValidIssuer = auth.Issuer.Length > 0 ? auth.Issuer : null,
            ValidateAudience = auth.Audience.Length > 0,
            ValidAudience = auth.Audience.Length > 0 ? auth.Audience : null,
        };
        if (key.Key is null)
        {
            bearer.Authority = auth.Authority;
        }

        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = TakeFromQuery,
            OnTokenValidated = CheckSubject,
            OnAuthenticationFailed = NoteAsync,
            OnChallenge = AnswerAsync,
        };
    }

    private static Task TakeFromQuery(MessageReceivedContext context)
    {
        if (context.Request.Path.StartsWithSegments(QueryTokenPath) && !context.Request.Headers.ContainsKey("Authorization")
            && context.Request.Query["access_token"] is [{ Length: > 0 } token])
        {
            context.Token = token;
        }

        return Task.CompletedTask;
    }

    private Task CheckSubject(TokenValidatedContext context)
    {
        var subject = context.Principal?.FindFirst("sub")?.Value;
        if (!Names.IsUser(subject) || Callers.IsServiceName(subject!))
        {
            meter.Refused("subject");
            if (refusals.IsDue(nameof(Log.SubjectRefused), out var leftOut))
            {
                Log.SubjectRefused(logger, leftOut);
            }

            context.Fail("The token names no usable subject.");
        }

        return Task.CompletedTask;
    }

    private async Task NoteAsync(AuthenticationFailedContext context)
    {
        if (await AuthorityFaultAsync(context) is { } fault)
        {
            // Without the authority's keys every token looks forged. Nobody gets in, but it is not the token that is at fault.
            if (refusals.IsDue(nameof(Log.TokensUnverifiable), out var leftOut))
            {
                Log.TokensUnverifiable(logger, fault.GetType().Name, leftOut);
            }

            context.Fail(fault);
        }
        else
        {
            meter.Refused(context.Exception is SecurityTokenExpiredException ? "expired" : "invalid");
            if (refusals.IsDue(nameof(Log.TokenRefused), out var leftOut))
            {
                Log.TokenRefused(logger, context.Exception.GetType().Name, leftOut);
            }
        }
    }

    private static async Task<Exception?> AuthorityFaultAsync(AuthenticationFailedContext context)
    {
        if (!IsAboutTheToken(context.Exception))
        {
            return context.Exception;
        }

        if (context.Options.ConfigurationManager is not { } authority
            || context.Exception is not (SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidIssuerException))
        {
            return null;
        }

        try
        {
            await authority.GetConfigurationAsync(context.HttpContext.RequestAborted);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static Task AnswerAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        if (context.AuthenticateFailure is { } failure && !IsAboutTheToken(failure))
        {
            return Refusal.WriteAsync(
                context.HttpContext,
                StatusCodes.Status503ServiceUnavailable,
                new ChatError(ErrorCodes.Internal, "Tokens cannot be checked now.", Retryable: true, RetryAfter: 5));
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        var error = context.AuthenticateFailure is SecurityTokenExpiredException
            ? new ChatError(ErrorCodes.TokenExpired, "The token has expired.", Retryable: false)
            : new ChatError(ErrorCodes.Unauthenticated, "A valid bearer token is needed.", Retryable: false);
        return Refusal.WriteAsync(context.HttpContext, StatusCodes.Status401Unauthorized, error);
    }

    private static bool IsAboutTheToken(Exception failure) => failure is SecurityTokenException or ArgumentException or AuthenticationFailureException;

    private static partial class Log
    {
        [LoggerMessage(1300, LogLevel.Information, "A token was refused ({Reason}); {LeftOut} before it were not written down", EventName = "TokenRefused")]
        public static partial void TokenRefused(ILogger logger, string reason, long leftOut);

        [LoggerMessage(1301, LogLevel.Warning, "A valid token was refused: its sub is missing, too long, not printable or that of a service; {LeftOut} before it were not written down", EventName = "SubjectRefused")]
        public static partial void SubjectRefused(ILogger logger, long leftOut);

        [LoggerMessage(1304, LogLevel.Error, "Tokens cannot be checked ({Reason}): does Auth:Authority answer? {LeftOut} before it were not written down", EventName = "TokensUnverifiable")]
        public static partial void TokensUnverifiable(ILogger logger, string reason, long leftOut);
    }
}
