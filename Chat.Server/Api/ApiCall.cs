using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Access;

namespace Chat.Server.Api;

/// <summary>One call of the API: JSON in, a result of the wire out, with the status that goes with it.</summary>
internal static class ApiCall
{
    /// <summary>As a frame on the hub.</summary>
    public const long MaxBytes = 64 * 1024;

    private static readonly ChatError NotJson = new(ErrorCodes.Invalid, "The body must be a JSON object, sent as application/json.", Retryable: false);

    private static readonly ChatError TooLarge = new(ErrorCodes.TooLarge, $"The request is larger than {MaxBytes} bytes.", Retryable: false);

    public static async Task RunAsync<TRequest, TResult>(HttpContext context, Func<ClaimsPrincipal, string, TRequest, Task<TResult>> call)
        where TRequest : class
        where TResult : Result
    {
        var (request, error) = await ReadAsync<TRequest>(context);
        if (error is not null)
        {
            await Refusal.WriteAsync(context, ApiStatus.Of(error), error);
            return;
        }

        var result = await call(context.User, context.User.FindFirst("sub")!.Value, request!);
        context.Response.StatusCode = ApiStatus.Of(result.Error);
        if (result.Error?.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture);
        }

        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(result, ChatJson.Options, context.RequestAborted);
    }

    private static async Task<(TRequest? Request, ChatError? Error)> ReadAsync<TRequest>(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFromJsonAsync<TRequest>(ChatJson.Options, context.RequestAborted) is { } request
                ? (request, null)
                : (default, NotJson);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (default, TooLarge);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or BadHttpRequestException)
        {
            return (default, NotJson);
        }
    }
}
