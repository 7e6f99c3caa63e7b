using Chat.Server.Access;

namespace Chat.Server.Api;

/// <summary>What is asked of every call before anybody reads it.</summary>
internal sealed class ApiDoor(PlainHttp plain) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (plain.IsRefused(context.HttpContext))
        {
            await Refusal.WriteAsync(context.HttpContext, StatusCodes.Status403Forbidden, AccessErrors.HttpsRequired);
            return null;
        }

        return await next(context);
    }
}
