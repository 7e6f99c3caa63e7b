using Chat.Contracts.Management;
using Chat.Server.Access;
using Chat.Server.Alerts;
using Chat.Server.Api;
using Chat.Server.Backplane;
using Chat.Server.Delivery;
using Chat.Server.Delivery.DeadLetters;
using Chat.Server.Failpoints;
using Chat.Server.Health;
using Chat.Server.Hubs;
using Chat.Server.Management;
using Chat.Server.Messaging;
using Chat.Server.Presence;
using Chat.Server.Realtime;
using Chat.Server.Realtime.Spool;
using Chat.Server.Sessions;
using Chat.Server.Storage;
using Chat.Server.Storage.Retention;
using Chat.Server.Telemetry;
using Chat.Server.Telemetry.Metrics;
using Chat.Server.Workers;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;

namespace Chat.Server;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        ServerRun.ForgetEmptyEnvironment();
        try
        {
            return args switch
            {
                ["token", .. var words] => TokenCommand.Run(CreateBuilder([]), words),
                ["spool", .. var words] => SpoolCommand.Run(CreateBuilder([]), words),
                ["try", .. var words] => await TryCommand.RunAsync(words),
                _ => await ServerRun.MainAsync(() => Build(args)),
            };
        }
        catch (StartRefusedException refusal)
        {
            return ServerRun.Refuse(refusal);
        }
    }

    /// <summary>The server as this process is to run it; tests replace what they need to.</summary>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = CreateBuilder(args);
        if (TestSwitches.Any && !builder.Environment.IsDevelopment())
        {
            throw new StartRefusedException(ExitCodes.Configuration, $"{TestSwitches.Variable} or {CrashPoints.Variable} is set: a server that breaks its promises on purpose, or dies, runs in Development only.");
        }

        var plan = builder.AddWorkers(args);
        builder.AddTelemetry(plan.Worker?.Id ?? "");
        builder.AddHealth((plan.ServesClients ? HealthScope.Serving : 0) | (plan.Watches ? HealthScope.Node : 0));
        if (plan.Watches)
        {
            builder.AddNodeMetrics();
            builder.AddAlerts();
            builder.AddManagement();

            // What the workers live by is judged here when it is to be changed.
            builder.Services.AddLimits().AddRetentionSettings();
        }

        if (plan.ServesClients)
        {
            builder.AddFaultSwitches();
            builder.Services.AddStorage(builder.Configuration);
            builder.Services.AddBackplane(services => services.GetRequiredService<StorageBreaker>().IsClosed, siblings: plan.Worker is { Of: > 1 } worker ? worker.ControlPath : null);
            builder.Services.AddAccess();
            builder.Services.AddMessaging();
            builder.Services.AddDelivery();
            builder.Services.AddRealtime(builder.Configuration);
            if (plan.Worker is null or { IsFirst: true })
            {
                builder.Services.AddDeadLetterCount();
            }

            builder.Services.AddPresence();
            builder.Services.AddSessions();
            builder.Services.AddHubs();
            builder.Services.AddApi();
            builder.Services.AddSignalR().AddResilientRedis();
            builder.Services.AddManagementAnswers();
        }

        configure?.Invoke(builder);
        var app = builder.Build();
        if (plan.ServesClients)
        {
            app.UseAccess();
            app.UseWorkers();
            app.MapTokenEndpoint();
            app.MapHubs();
            app.MapApi();
        }

        app.MapHealth();
        if (plan.Watches)
        {
            app.MapMetrics().OnManagementPort();
            app.MapMetricsAt(ManagementRoutes.Metrics).OnManagementPort().ForViewers(app.Services);
            app.MapManagement();
            app.MapHealthApi().OnManagementPort().ForViewers(app.Services);
            app.AnnounceWhenStarted(plan.Public);
        }

        return app;
    }

    // The settings travel with the binaries, wherever the server is started from.
    private static WebApplicationBuilder CreateBuilder(string[] args) =>
        WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
}
