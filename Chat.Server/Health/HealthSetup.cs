using System.Diagnostics.Metrics;
using Chat.Server.Health.Probes;
using Chat.Server.Telemetry.Metrics;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Chat.Server.Health;

/// <summary>What of a node a process speaks for; a single process for both.</summary>
[Flags]
internal enum HealthScope
{
    /// <summary>It takes clients.</summary>
    Serving = 1,

    /// <summary>It knows the node: its workers, its queues, its disk.</summary>
    Node = 2,
}

internal static class HealthSetup
{
    /// <summary>Needs <c>AddTelemetry</c>, and for a node <c>AddNodeMetrics</c>. Features add their own <see cref="IHealthProbe"/>s or the framework's health checks.</summary>
    public static IHostApplicationBuilder AddHealth(this IHostApplicationBuilder builder, HealthScope scope)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<HealthOptions>().BindConfiguration(HealthOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<IValidateOptions<HealthOptions>, HealthOptionsValidator>();
        services.AddSingleton<HealthLifecycle>();
        services.AddSingleton<RegisteredChecks>();
        services.AddSingleton<HealthCallers>();
        services.AddSingleton<HealthMonitor>();
        services.AddSingleton<IHealthBook>(static provider => provider.GetRequiredService<HealthMonitor>());
        services.AddSingleton<IHealthEvidence>(static provider => provider.GetRequiredService<HealthMonitor>());
        services.AddHostedService(static provider => provider.GetRequiredService<HealthMonitor>());
        services.AddHostedService<HealthMeters>();
        services.AddHostedService<LifecycleFollower>();
        services.TryAddSingleton<IWorkerFacts>(static provider => provider.GetService<IWorkersMonitor>() is { } monitor
            ? new MonitoredWorkers(monitor, provider.GetRequiredService<TimeProvider>())
            : new LoneProcess());
        services.AddSingleton<IHealthProbe, WorkersProbe>();
        services.AddSingleton<IHealthProbe, QueueProbe>();
        services.AddSingleton<IHealthProbe>(provider => new DiskProbe(
            provider.GetRequiredService<IOptions<HealthOptions>>(), scope.HasFlag(HealthScope.Node) ? provider.GetRequiredService<IMeterFactory>() : null));
        if (scope.HasFlag(HealthScope.Serving))
        {
            services.AddSingleton<IHealthProbe, WebSocketProbe>();
        }
        else
        {
            services.AddSingleton<IHealthProbe, NodeWebSocketProbe>();
            AddOfNode(services, HealthNames.Database, HealthNames.ReadyTag);
            AddOfNode(services, HealthNames.Redis);
        }

        if (scope.HasFlag(HealthScope.Node))
        {
            services.AddSingleton<IHealthProbe, SpoolProbe>();
            services.AddHostedService<WorkerMeters>();
            services.TryAddSingleton<IQueueFacts>(static provider => new NodeQueueFacts(provider.GetRequiredService<MetricsHistory>()));
        }
        else
        {
            services.TryAddSingleton<IQueueFacts, FleetQueueFacts>();
        }

        return builder;
    }

    private static void AddOfNode(IServiceCollection services, string dependency, params string[] tags) =>
        services.AddSingleton<IHealthProbe>(provider => new NodeDependencyProbe(
            dependency, tags, provider.GetRequiredService<MetricsHistory>(), provider.GetRequiredService<IOptions<HealthOptions>>()));

    /// <summary>Started and stopping as the host says it, and draining, which begins earlier.</summary>
    private sealed class LifecycleFollower(HealthLifecycle lifecycle, IHostApplicationLifetime host, IDrainState? drain = null) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            host.ApplicationStarted.Register(lifecycle.MarkStarted);
            host.ApplicationStopping.Register(lifecycle.MarkDraining);
            drain?.Draining.Register(lifecycle.MarkDraining);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
