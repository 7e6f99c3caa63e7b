using System.Globalization;

namespace Chat.Server.Workers;

/// <summary>503 for who is to come again: a problem document with <c>code</c>, <c>retryable</c> and <c>retryAfter</c>, and the connection closed, so that the next attempt may find another process.</summary>
internal static class ComeAgain
{
    /// <param name="seconds">When to come again; also as <c>Retry-After</c>.</param>
    public static Task TellAsync(HttpContext context, string code, int seconds, string title, string detail)
    {
        context.Response.Headers.Connection = "close";
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(
            detail,
            statusCode: StatusCodes.Status503ServiceUnavailable,
            title: title,
            extensions: new Dictionary<string, object?> { ["code"] = code, ["retryable"] = true, ["retryAfter"] = seconds }).ExecuteAsync(context);
    }
}
