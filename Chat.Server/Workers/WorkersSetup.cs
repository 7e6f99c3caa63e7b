using Chat.Server.Workers.Control;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Runtime;
using Chat.Server.Workers.Supervision;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Chat.Server.Workers;

internal static class WorkersSetup
{
    /// <summary>Decides what this process is and adds what that needs. Call it first: its services start before, and stop after, all others.</summary>
    /// <exception cref="StartRefusedException">The configuration does not say what to be.</exception>
    public static ProcessPlan AddWorkers(this WebApplicationBuilder builder, IReadOnlyList<string> args)
    {
        var plan = ProcessPlan.Decide(ProcessFacts.Gather(args, builder.Configuration));
        var settings = new RuntimeSettings();
        ((IConfigurationBuilder)builder.Configuration).Add(settings);

        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<WorkersOptions>().BindConfiguration(WorkersOptions.Section).ValidateDataAnnotations();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(plan);
        services.AddSingleton(settings);
        services.AddSingleton<ManagementListener>();
        services.AddSingleton<NodeClaim>();
        services.AddSingleton<ExitStatus>();
        services.AddSingleton<EventBoard>();
        if (plan.Role is ProcessRole.Supervisor)
        {
            AddSupervisor(builder, plan, args);
        }
        else
        {
            AddServing(builder, plan);
        }

        return plan;
    }

    /// <summary>Refuses handshakes while draining and, where it is needed, negotiates without state. After <c>UseAuthorization</c>, before <c>MapHub</c>.</summary>
    public static void UseWorkers(this WebApplication app)
    {
        var plan = app.Services.GetRequiredService<ProcessPlan>();
        if (!plan.ServesClients)
        {
            return;
        }

        app.UseMiddleware<DrainGate>();
        app.UseMiddleware<ConnectionGate>();
        if (plan.Stateless)
        {
            app.UseMiddleware<StatelessNegotiation>();
        }
    }

    private static void AddSupervisor(WebApplicationBuilder builder, ProcessPlan plan, IReadOnlyList<string> args)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<ConsoleOptions>().BindConfiguration(ConsoleOptions.Section).ValidateDataAnnotations();
        services.AddSingleton(_ => ConsoleCredential.New());
        services.TryAddSingleton(provider => Roster.Of(
            plan, provider.GetRequiredService<IOptions<ConsoleOptions>>().Value, provider.GetRequiredService<ConsoleCredential>(), args));
        services.TryAddSingleton<IChildLauncher, ProcessLauncher>();
        services.AddSingleton<ControlServer>();
        services.AddSingleton<Crew>();
        services.AddSingleton<RollingRestarter>();
        services.AddSingleton<IWorkersMonitor>(provider => provider.GetRequiredService<Crew>());
        services.AddSingleton<IWorkerQuestions>(provider => provider.GetRequiredService<Crew>());
        services.AddSingleton<IWorkerCommands, CrewCommands>();
        services.AddHostedService<Supervisor>();
        Listen(builder, [plan.Management]);

        // A worker whose background work fails ends, and is replaced. Nobody replaces the supervisor: it goes on without what failed, and all clients with it.
        services.Configure<HostOptions>(host => host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore);

        // It covers the drain, too. A live feed of the management port that does not end by itself is cut then.
        services.AddOptions<HostOptions>().Configure<IOptions<WorkersOptions>>((host, workers) =>
            host.ShutdownTimeout = workers.Value.DrainWindow + workers.Value.DrainGrace + TimeSpan.FromSeconds(0.3));
    }

    private static void AddServing(WebApplicationBuilder builder, ProcessPlan plan)
    {
        var services = builder.Services;
        var port = new SharedPort(share: plan.Role is ProcessRole.Worker && SharedPort.IsSupported);
        services.AddSingleton(port);
        services.AddSingleton<DrainState>();
        services.AddSingleton<IDrainState>(provider => provider.GetRequiredService<DrainState>());
        services.AddSingleton<DrainRun>();
        services.AddSingleton<Heart>();
        services.AddSingleton<Answers>();
        services.AddSingleton<IHostLifetime, DrainingLifetime>();
        if (plan.Worker is { } identity)
        {
            AddWorker(services, identity);
            Listen(builder, plan.Public);
        }
        else
        {
            AddSole(services);
            Listen(builder, [.. plan.Public, plan.Management]);
        }

        services.AddSingleton<ConnectionBudget>();
        var unbounded = plan.Watches ? ListenUrls.EndPoints(plan.Management) : [];
        services.AddOptions<KestrelServerOptions>().Configure<ConnectionBudget>((kestrel, budget) => kestrel.ConfigureEndpointDefaults(listen =>
        {
            // Who watches must get in whatever the clients do.
            if (!unbounded.Any(e => e.Port == listen.IPEndPoint?.Port))
            {
                listen.Use(next => connection => budget.RunAsync(connection, next));
            }
        }));
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = port.Listen);
        if (plan.Role is ProcessRole.Worker)
        {
            // Of several factories the server takes the one that was added last.
            services.AddSingleton<IConnectionListenerFactory, WarmListeners>();
        }

        // It covers a drain that did not come by signal or command. The framework's half minute would be spent on connections nobody closes.
        services.AddOptions<HostOptions>().Configure<IOptions<WorkersOptions>>((host, workers) =>
            host.ShutdownTimeout = workers.Value.DrainWindow + workers.Value.DrainGrace);
    }

    private static void AddWorker(IServiceCollection services, WorkerIdentity identity)
    {
        services.AddSingleton(identity);
        services.AddSingleton<ControlClient>();
        services.AddSingleton<FleetView>();
        services.AddSingleton<WorkerRelay>();
        services.AddSingleton<IWorkersMonitor>(provider => provider.GetRequiredService<FleetView>());
        services.AddSingleton<IWorkerRelay>(provider => provider.GetRequiredService<WorkerRelay>());
        services.AddSingleton<IWorkerJournal, WorkerJournal>();
        services.AddHostedService<WorkerRuntime>();
        services.AddSingleton<RequestPipeline>();
        services.AddSingleton<IStartupFilter>(provider => provider.GetRequiredService<RequestPipeline>());
        services.AddSingleton<WarmUpRun>();
    }

    private static void AddSole(IServiceCollection services)
    {
        services.AddSingleton<SoleProcess>();
        services.AddSingleton<IWorkerRelay, SoleRelay>();
        services.AddSingleton<IWorkersMonitor>(provider => provider.GetRequiredService<SoleProcess>());
        services.AddSingleton<IWorkerCommands>(provider => provider.GetRequiredService<SoleProcess>());
        services.AddSingleton<IWorkerQuestions>(provider => provider.GetRequiredService<SoleProcess>());
        services.AddSingleton<IWorkerJournal>(provider => provider.GetRequiredService<SoleProcess>());
        services.AddSingleton<MatcherPolicy, ListenerMatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<SoleProcess>());
    }

    private static void Listen(WebApplicationBuilder builder, IEnumerable<string> urls)
    {
        builder.WebHost.UseUrls([.. urls]);

        // Our own defaults were derived from these; left in place Kestrel would warn that they are overridden.
        builder.WebHost.UseSetting("http_ports", "");
        builder.WebHost.UseSetting("https_ports", "");

        // What answers is nobody's business, on the management port either.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
    }
}
