using Chat.Admin.Access;
using Chat.Admin.ServerApi;
using Chat.Contracts.Management;

namespace Chat.Admin.Export;

/// <summary>The numbers of a node as Prometheus reads them: the browser reaches the console, and seldom the node.</summary>
internal static class RawMetrics
{
    public const string Path = "/admin/metrics/raw";

    public static void MapRawMetrics(this IEndpointRouteBuilder routes) => routes.MapGet(Path, WriteAsync).RequireAuthorization(nameof(Role.Viewer));

    internal static async Task WriteAsync(HttpContext context, IServerApi api, string? node = null)
    {
        if (Actor.Of(context.User) is not { } actor || (node is { Length: > 0 } && !api.Nodes.Contains(node)))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var reply = await api.TextAsync(node is { Length: > 0 } ? node : api.Nodes[0], ManagementRoutes.Metrics, actor.Role, context.RequestAborted);
        context.Response.StatusCode = reply.Value is null ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(reply.Value ?? reply.Error!.Message, context.RequestAborted);
    }
}
