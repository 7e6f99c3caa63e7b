using Chat.Admin.Access;
using Chat.Admin.Export;
using Chat.Admin.Frame;
using Chat.Admin.Live;
using Chat.Admin.ServerApi;
using Microsoft.Extensions.Options;

namespace Chat.Admin;

internal static class Program
{
    private const int Refused = 78;

    public static async Task<int> Main(string[] args)
    {
        try
        {
            await using var app = Build(args);
            await app.RunAsync();
            return 0;
        }
        catch (Exception error) when (error is OptionsValidationException or StartRefusedException)
        {
            Console.Error.WriteLine($"The console does not start: {error.Message}");
            return Refused;
        }
    }

    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // The settings travel with the binaries, wherever the console is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory, ApplicationName = typeof(Program).Assembly.GetName().Name });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.AddConsole();
        builder.AddConsoleAccess();
        builder.AddServerApi();
        builder.AddLive();
        builder.AddFrame();
        configure?.Invoke(builder);

        var app = builder.Build();
        if (app.Services.GetRequiredService<IOptions<AdminOptions>>().Value is { BehindProxy: true })
        {
            app.UseForwardedHeaders();
        }

        app.UseDoors();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapSignIn();
        app.MapExport();
        app.MapRawMetrics();
        app.MapFrame();
        return app;
    }
}
