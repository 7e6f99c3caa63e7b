using Chat.Contracts.Management;
using Chat.Server.Workers.Listening;

namespace Chat.Server.Management.Api;

/// <summary>What no route takes is refused on the management port in the words of all its refusals.</summary>
internal static class StrayCalls
{
    private static readonly Refusal NoRoute = new(ManagementCodes.NotFound, "There is nothing at this address.");
    private static readonly Refusal NoMethod = new(ManagementCodes.Invalid, "This address does not take this method; the header Allow names those that it takes.");

    public static void UseStrayCalls(this WebApplication app)
    {
        var listener = app.Services.GetRequiredService<ManagementListener>();
        app.UseWhen(listener.Took, taken => taken.UseStatusCodePages(bare => TellAsync(bare.HttpContext)));
    }

    private static Task TellAsync(HttpContext context) => context.Response.StatusCode switch
    {
        _ when HttpMethods.IsHead(context.Request.Method) => Task.CompletedTask,
        StatusCodes.Status404NotFound => ManagementAnswers.RefuseAsync(context, NoRoute),
        StatusCodes.Status405MethodNotAllowed => ManagementAnswers.RefuseAsync(context, NoMethod, StatusCodes.Status405MethodNotAllowed),
        _ => Task.CompletedTask,
    };
}
