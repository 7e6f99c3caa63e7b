using Chat.Contracts;

namespace Chat.Server.Access;

/// <summary>
/// What is asked of a request before the hub sees it, the origin apart. Every method and transport passes here, the
/// negotiation too: checks that only look at WebSocket upgrades leave the other transports open.
/// </summary>
internal sealed partial class HubDoor(
    RequestDelegate next, AccessLimits limits, BlockedUsers blocked, PlainHttp plain, AccessMeter meter, RefusalLog refusals, ILogger<HubDoor> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (Refuse(context) is var (status, error))
        {
            if (refusals.IsDue(error.Code, out var leftOut))
            {
                Log.Refused(logger, error.Code, status, leftOut);
            }

            await Refusal.WriteAsync(context, status, error);
            return;
        }

        await next(context);
    }

    private (int Status, ChatError Error)? Refuse(HttpContext context)
    {
        var request = context.Request;
        if (plain.IsRefused(context))
        {
            meter.Refused("plain_http");
            return (StatusCodes.Status403Forbidden, AccessErrors.HttpsRequired);
        }

        if (request.Query[ChatHubContract.DeviceQuery] is { Count: > 0 } device && !(device.Count == 1 && Names.IsDevice(device[0])))
        {
            return (StatusCodes.Status400BadRequest, AccessErrors.BadDevice);
        }

        if (context.User.FindFirst("sub")?.Value is { } caller && blocked.Contains(caller))
        {
            meter.Refused("blocked");
            return (StatusCodes.Status403Forbidden, AccessErrors.Blocked);
        }

        if (!IsNewConnection(request))
        {
            return null;
        }

        if (!limits.TryConnectFrom(context, out var wait)
            || (context.User.FindFirst("sub")?.Value is { } user && !limits.TryConnectAs(context, user, out wait)))
        {
            return (StatusCodes.Status429TooManyRequests, AccessErrors.RateLimited(wait));
        }

        return null;
    }

    // A client that negotiates and then upgrades counts twice, and the limits allow for it: either request alone costs
    // the server as much, and neither proves that the other came before.
    private static bool IsNewConnection(HttpRequest request) =>
        IsUpgrade(request) || (HttpMethods.IsPost(request.Method) && request.Path.Value!.TrimEnd('/').EndsWith("/negotiate", StringComparison.OrdinalIgnoreCase));

    // The WebSocket feature is not there before the endpoint runs. HTTP/2 asks with CONNECT.
    private static bool IsUpgrade(HttpRequest request) =>
        HttpMethods.IsConnect(request.Method) || request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase);

    private static partial class Log
    {
        [LoggerMessage(1302, LogLevel.Information, "A request to the hub was refused: {Code} ({Status}); {LeftOut} before it were not written down", EventName = "HubRequestRefused")]
        public static partial void Refused(ILogger logger, string code, int status, long leftOut);
    }
}
