using Chat.Contracts;

namespace Chat.Server.Access;

/// <summary><c>POST /api/token</c>, in Development only: whoever asks gets a token for whomever he names.</summary>
internal static class TokenEndpoint
{
    public const string Path = "/api/token";

    private const double MaxSeconds = 365 * 24 * 3600;

    public static void MapTokenEndpoint(this WebApplication app)
    {
        if (app.Environment.IsDevelopment())
        {
            app.MapPost(Path, IssueAsync);
        }
    }

    private static async Task IssueAsync(HttpContext context, TokenIssuer issuer, AccessLimits limits)
    {
        if (!limits.TryConnectFrom(context, out var wait))
        {
            await Refusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, AccessErrors.RateLimited(wait));
            return;
        }

        var request = await ReadAsync(context);
        if (request is null || !Names.IsUser(request.User) || request.ExpiresIn is <= 0 or > MaxSeconds or double.NaN)
        {
            var error = new ChatError(
                ErrorCodes.Invalid, $"Send {{\"user\":\"…\"}}: 1 to {Names.MaxUser} printable characters; expiresIn in seconds is optional.", Retryable: false);
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }

        var token = issuer.Issue(request.User!, request.ExpiresIn is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        if (token is null)
        {
            await Refusal.WriteAsync(
                context, StatusCodes.Status404NotFound, new(ErrorCodes.NotFound, "Auth:Authority issues the tokens.", Retryable: false));
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(new TokenAnswer(token), ChatJson.Options, context.RequestAborted);
    }

    private static async Task<TokenRequest?> ReadAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFromJsonAsync<TokenRequest>(ChatJson.Options, context.RequestAborted);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            // Not JSON, or not said to be: the caller is told what is wanted.
            return null;
        }
    }

    private sealed record TokenRequest(string? User, double? ExpiresIn);

    private sealed record TokenAnswer(string Token);
}
