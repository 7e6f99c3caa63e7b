using System.Buffers;
using System.Text.Json;
using Chat.Server.Telemetry.Resources;
using Microsoft.Extensions.Options;

namespace Chat.Server.Health;

internal static class HealthEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary><c>/health</c>, <c>/health/ui</c> (also <c>/healthz</c>), <c>/ready</c> and <c>/live</c>: anonymous, answered from memory.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        Map(routes, "/health", static context =>
        {
            var report = Book(context).Current;
            return WriteAsync(context, HealthPolicy.StatusCode(report.Level), json => HealthJson.WriteSummary(json, report));
        });
        foreach (var path in new[] { "/health/ui", "/healthz" })
        {
            Map(routes, path, static context =>
            {
                var report = Book(context).Current;
                return WriteAsync(context, HealthPolicy.StatusCode(report.Level), json => HealthJson.WriteUi(json, report));
            });
        }

        Map(routes, "/ready", static context =>
        {
            var report = Book(context).Current;
            var code = report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return WriteAsync(context, code, json => HealthJson.WriteReady(json, report));
        });
        Map(routes, "/live", static context =>
        {
            var limit = context.RequestServices.GetRequiredService<IOptionsMonitor<HealthOptions>>().CurrentValue.StuckAfter;
            var alive = context.RequestServices.GetRequiredService<ThreadPoolProbe>().Waiting < limit;
            return WriteAsync(context, alive ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json => HealthJson.WriteLive(json, alive));
        });
    }

    /// <summary><c>/healthchecks-api</c>; it tells the past too, so the caller decides who may read it.</summary>
    public static IEndpointConventionBuilder MapHealthApi(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/healthchecks-api", Reading, static context =>
        {
            var book = Book(context);
            return WriteAsync(context, StatusCodes.Status200OK, json => HealthJson.WriteApi(json, book.Current, book.History, book.LastChecked));
        });

    private static void Map(IEndpointRouteBuilder routes, string path, RequestDelegate handler) =>
        routes.MapMethods(path, Reading, context => NotedAsync(context, path, handler)).AllowAnonymous().DisableRateLimiting();

    private static async Task NotedAsync(HttpContext context, string path, RequestDelegate handler)
    {
        await handler(context);
        var callers = context.RequestServices.GetRequiredService<HealthCallers>();
        callers.Note(path, context.Request.Headers.UserAgent, context.Connection.RemoteIpAddress, context.Response.StatusCode);
    }

    private static IHealthBook Book(HttpContext context) => context.RequestServices.GetRequiredService<IHealthBook>();

    private static async Task WriteAsync(HttpContext context, int code, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(2048);
        await using (var json = new Utf8JsonWriter(body))
        {
            write(json);
        }

        // Readers parse an error's body only when its type is exactly this.
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = body.WrittenCount;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }
}
