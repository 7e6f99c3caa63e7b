using Chat.Server.Access;

namespace Chat.Server.Api;

/// <summary>What is asked of every call before anybody reads it.</summary>
internal sealed class ApiDoor(PlainHttp plain, BlockedUsers blocked, AccessMeter meter) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (plain.IsRefused(context.HttpContext))
        {
            meter.Refused("plain_http");
            await Refusal.WriteAsync(context.HttpContext, StatusCodes.Status403Forbidden, AccessErrors.HttpsRequired);
            return Results.Empty;
        }

        // A token outlives the decision of an operator: whoever is shut out is so at every door.
        if (context.HttpContext.User.FindFirst("sub")?.Value is { } caller && blocked.Contains(caller))
        {
            meter.Refused("blocked");
            await Refusal.WriteAsync(context.HttpContext, StatusCodes.Status403Forbidden, AccessErrors.Blocked);
            return Results.Empty;
        }

        return await next(context);
    }
}
