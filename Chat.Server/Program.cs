using Chat.Server.Access;
using Chat.Server.Backplane;
using Chat.Server.Delivery;
using Chat.Server.Failpoints;
using Chat.Server.Hubs;
using Chat.Server.Messaging;
using Chat.Server.Presence;
using Chat.Server.Storage;
using Chat.Server.Workers;

namespace Chat.Server;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            return args switch
            {
                ["token", .. var words] => TokenCommand.Run(CreateBuilder([]), words),
                ["try", .. var words] => await TryCommand.RunAsync(words),
                _ => await ServerRun.MainAsync(() => Build(args)),
            };
        }
        catch (Workers.StartRefusedException refusal)
        {
            return ServerRun.Refuse(refusal);
        }
        catch (Storage.StartRefusedException refusal)
        {
            return ServerRun.Refuse(new(ExitCodes.Configuration, refusal.Message));
        }
    }

    /// <summary>The server as this process is to run it; tests replace what they need to.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = CreateBuilder(args);
        if (TestSwitches.Any && !builder.Environment.IsDevelopment())
        {
            throw new Workers.StartRefusedException(ExitCodes.Configuration, $"{TestSwitches.Variable} is set: a server that breaks its promises on purpose runs in Development only.");
        }

        var plan = builder.AddWorkers(args);
        if (plan.ServesClients)
        {
            builder.Services.AddStorage(builder.Configuration);
            builder.Services.AddBackplane(services => services.GetRequiredService<StorageBreaker>().IsClosed, hasSiblings: plan.Worker is { Of: > 1 });
            builder.Services.AddAccess();
            builder.Services.AddMessaging();
            builder.Services.AddDelivery();
            builder.Services.AddPresence();
            builder.Services.AddHubs();
            builder.Services.AddSignalR().AddResilientRedis();
        }

        configure?.Invoke(builder);
        var app = builder.Build();
        if (plan.ServesClients)
        {
            app.UseAccess();
            app.UseWorkers();
            app.MapTokenEndpoint();
            app.MapHubs();
            app.MapGet("/live", () => "live");
            app.MapGet("/ready", (StorageBreaker storage) => storage.IsClosed ? Results.Ok("ready") : Results.StatusCode(503));
        }

        if (plan.Watches)
        {
            app.AnnounceWhenStarted(plan.Public);
        }

        return app;
    }

    // The settings travel with the binaries, wherever the server is started from.
    private static WebApplicationBuilder CreateBuilder(string[] args) =>
        WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
}
