using Chat.Contracts;
using Chat.Server.Access;

namespace Chat.Server.Api;

/// <summary>What no call takes is refused below <c>/api</c> in the shape of all refusals.</summary>
internal static class StrayCalls
{
    private static readonly ChatError NoCall = new(ErrorCodes.NotFound, "There is no such call.", Retryable: false);
    private static readonly ChatError NoMethod = new(ErrorCodes.Invalid, "This call does not take this method; the header Allow names those that it takes.", Retryable: false);

    public static void UseStrayCalls(this WebApplication app, PathString below) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments(below), api => api.UseStatusCodePages(bare => TellAsync(bare.HttpContext)));

    private static Task TellAsync(HttpContext context) => context.Response.StatusCode switch
    {
        _ when HttpMethods.IsHead(context.Request.Method) => Task.CompletedTask,
        StatusCodes.Status404NotFound => Refusal.WriteAsync(context, StatusCodes.Status404NotFound, NoCall),
        StatusCodes.Status405MethodNotAllowed => Refusal.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, NoMethod),
        _ => Task.CompletedTask,
    };
}
