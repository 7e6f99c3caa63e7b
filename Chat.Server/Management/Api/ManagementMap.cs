using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Management.Callers;
using Chat.Server.Workers.Listening;

namespace Chat.Server.Management.Api;

/// <summary>Routes of one subject.</summary>
internal interface IManagementRoutes
{
    void Map(ManagementMap map);
}

/// <summary>
/// Puts routes before handlers; what all routes have in common is done by the <see cref="CallRunner"/>. Mapped as delegates, for of those alone the
/// API's description knows.
/// </summary>
internal sealed class ManagementMap(IEndpointRouteBuilder routes, CallRunner runner)
{
    public void Get<TAnswer>(
        [StringSyntax("Route")] string route,
        string summary,
        Func<ManagementCall, Task<Reply<TAnswer>>> handler,
        string[]? query = null,
        ManagementRole role = ManagementRole.Viewer)
    {
        string[] allowed = query ?? [];
        Describe<TAnswer>(
            routes.MapGet(route, (Delegate)((HttpContext context) => runner.ReadAsync(context, role, allowed, handler))), summary, role, allowed);
    }

    public void Get<TAnswer>(
        [StringSyntax("Route")] string route,
        string summary,
        Func<ManagementCall, Reply<TAnswer>> handler,
        string[]? query = null,
        ManagementRole role = ManagementRole.Viewer) =>
        Get(route, summary, call => Task.FromResult(handler(call)), query, role);

    /// <summary>Answers by itself, without a time limit.</summary>
    public void Stream([StringSyntax("Route")] string route, string summary, Func<ManagementCall, Task> handler) =>
        Describe<string>(
            routes.MapGet(route, (Delegate)((HttpContext context) => runner.StreamAsync(context, handler))), summary, ManagementRole.Viewer, [], "text/event-stream");

    public void Post<TBody, TAnswer>(
        [StringSyntax("Route")] string route,
        ManagementAction action,
        string summary,
        Func<ManagementCall, TBody, Task<Reply<TAnswer>>> handler)
        where TBody : class =>
        Describe<TAnswer>(
            routes.MapPost(route, (Delegate)((HttpContext context) => runner.ActAsync(context, action, handler))).WithMetadata(new BodyShape(typeof(TBody))), summary, action.Role, []);

    public void Post<TBody, TAnswer>(
        [StringSyntax("Route")] string route,
        ManagementAction action,
        string summary,
        Func<ManagementCall, TBody, Reply<TAnswer>> handler)
        where TBody : class =>
        Post<TBody, TAnswer>(route, action, summary, (call, body) => Task.FromResult(handler(call, body)));

    private static void Describe<TAnswer>(RouteHandlerBuilder route, string summary, ManagementRole role, string[] query, string type = "application/json") => route
        .AllowAnonymous()
        .OnManagementPort()
        .WithSummary(summary)
        .WithDescription($"Role: {RoleNames.Of(role)} or above.")
        .WithMetadata(new QueryNames(query))
        .Produces<TAnswer>(StatusCodes.Status200OK, type)
        .Produces<ManagementProblem>(StatusCodes.Status400BadRequest)
        .Produces<ManagementProblem>(StatusCodes.Status401Unauthorized)
        .Produces<ManagementProblem>(StatusCodes.Status403Forbidden)
        .Produces<ManagementProblem>(StatusCodes.Status404NotFound)
        .Produces<ManagementProblem>(StatusCodes.Status409Conflict)
        .Produces<ManagementProblem>(StatusCodes.Status429TooManyRequests)
        .Produces<ManagementProblem>(StatusCodes.Status503ServiceUnavailable);
}

/// <summary>For the API's description.</summary>
internal sealed record QueryNames(IReadOnlyList<string> Names);

/// <summary>For the API's description; the framework's own metadata would also have it refuse other types in its own words.</summary>
internal sealed record BodyShape(Type Type);

/// <summary>What a POST is called in the audit log and who may do it.</summary>
/// <param name="Strict">Without a row in the audit log it is not done.</param>
internal sealed record ManagementAction(string Name, ManagementRole Role, bool Strict = false);

/// <summary>Writes answers.</summary>
internal static class ManagementAnswers
{
    public static async Task WriteAsync<T>(HttpContext context, int status, T answer)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, ChatJson.Options);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        Harden(context);
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    public static Task RefuseAsync(HttpContext context, Refusal refusal, int? status = null)
    {
        if (refusal.Code == ManagementCodes.Unauthenticated)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return WriteAsync(context, status ?? refusal.Status, new ManagementProblem(
            new ChatError(refusal.Code, refusal.Message, refusal.Retryable, refusal.RetryAfter, ManagementCall.TraceIdOf(context))));
    }

    public static void Harden(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
    }
}
