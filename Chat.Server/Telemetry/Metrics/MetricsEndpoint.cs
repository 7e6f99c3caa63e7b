using System.Security.Cryptography;
using System.Text;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Options;

namespace Chat.Server.Telemetry.Metrics;

/// <summary><c>GET /metrics</c>, for this machine or for who has the token.</summary>
internal static class MetricsEndpoint
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/metrics", Reading, static async (HttpContext context, NodeMetrics node, IOptionsMonitor<TelemetryOptions> options) =>
        {
            if (!Allowed(context, options.CurrentValue.MetricsToken))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return;
            }

            await WriteAsync(context, node);
        });

    /// <summary>The same at another address; who may read it the caller decides.</summary>
    public static IEndpointConventionBuilder MapMetricsAt(this IEndpointRouteBuilder routes, string path) =>
        routes.MapMethods(path, Reading, static context => WriteAsync(context, context.RequestServices.GetRequiredService<NodeMetrics>()));

    private static async Task WriteAsync(HttpContext context, NodeMetrics node)
    {
        var body = Encoding.UTF8.GetBytes(PrometheusText.Write(node.Current()));
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = body.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    internal static bool Allowed(HttpContext context, string token)
    {
        if (ThisMachine.Sent(context) && !ThisMachine.IsPageOfElsewhere(context))
        {
            return true;
        }

        const string scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        return token.Length > 0
            && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[scheme.Length..].Trim()), Encoding.UTF8.GetBytes(token));
    }
}
