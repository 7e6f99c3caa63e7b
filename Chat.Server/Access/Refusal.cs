using System.Globalization;
using Chat.Contracts;

namespace Chat.Server.Access;

/// <summary>A refused HTTP request, told in the same shape as a refused call.</summary>
internal static class Refusal
{
    public static Task WriteAsync(HttpContext context, int status, ChatError error)
    {
        context.Response.StatusCode = status;
        if (error.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture);
        }

        return context.Response.WriteAsJsonAsync(Result.Failure(error), ChatJson.Options, context.RequestAborted);
    }
}
