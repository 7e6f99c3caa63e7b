using Chat.Admin.Access;
using Chat.Admin.Parts.Dialogs;
using Chat.Admin.Parts.Tables;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Radzen;

namespace Chat.Admin.Frame;

internal static class FrameSetup
{
    public const string AlivePath = "/admin/alive";

    private const int LargestMessage = 64 * 1024;

    public static void AddFrame(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(circuit =>
        {
            // A page that lost its connection keeps its place for a while; each kept one costs memory.
            circuit.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(2);
            circuit.DisconnectedCircuitMaxRetained = 20;
            circuit.DetailedErrors = false;
        }).AddHubOptions(hub =>
        {
            hub.MaximumReceiveMessageSize = LargestMessage;

            // A third of the silence after which a page takes its connection for lost (console.js).
            hub.KeepAliveInterval = TimeSpan.FromSeconds(5);
        });
        builder.Services.AddScoped<CircuitHandler, CircuitCount.Handler>();
        builder.Services.AddScoped<NotificationService>();
        builder.Services.AddScoped<DialogDesk>();
        builder.Services.AddScoped<ColumnChoice>();
    }

    public static void MapFrame(this WebApplication app)
    {
        app.MapGet("/", () => Results.LocalRedirect("/admin")).AllowAnonymous();
        // What a page asks that has no circuit: whether it would get one.
        app.MapGet(AlivePath, (CircuitCount count) => count.IsFull ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Results.NoContent()).AllowAnonymous();
        app.MapFallback("/admin/{**path}", () => Results.LocalRedirect("/admin/not-found")).WithMetadata(new HttpMethodMetadata([HttpMethods.Get])).RequireAuthorization(nameof(Access.Role.Viewer));
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null);
    }
}
