using Chat.Server.Backplane.Failover;
using Chat.Server.Backplane.Redis;
using Chat.Server.Backplane.Scaleout;
using Chat.Server.Failpoints;
using Chat.Server.Health;
using Chat.Server.Workers.Ports;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Chat.Server.Backplane;

internal static class BackplaneSetup
{
    /// <summary>Key of the <see cref="IBackplane"/> between the workers of one machine.</summary>
    public const string WorkerRelay = "worker-relay";

    /// <summary>The bus. Redis is used when <c>ConnectionStrings:Redis</c> is set; starting never waits for it.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="databaseIsAvailable">Asked several times a second; absent: taken for granted.</param>
    /// <param name="siblings">Names the workers that a supervisor relays between, of whom this process is one; null: there are no others.</param>
    public static IServiceCollection AddBackplane(
        this IServiceCollection services, Func<IServiceProvider, bool>? databaseIsAvailable = null, string? siblings = null)
    {
        if (siblings is not null)
        {
            services.AddKeyedSingleton<IBackplane, RelayBackplane>(WorkerRelay);
        }

        if (databaseIsAvailable is not null)
        {
            services.AddSingleton<IDatabaseProbe>(provider => new DatabaseAsTold(() => databaseIsAvailable(provider)));
        }

        if (services.Any(service => service.ServiceType == typeof(FailoverBackplane)))
        {
            return services;
        }

        services.AddOptionsWithValidateOnStart<BackplaneOptions>().BindConfiguration(BackplaneOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<IValidateOptions<BackplaneOptions>, BackplaneOptionsValidator>();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDatabaseProbe>(new DatabaseAsTold(() => true));
        services.TryAddKeyedSingleton<IBackplane, NoBackplane>(WorkerRelay);
        services.AddSingleton<BackplaneMetrics>();
        services.AddSingleton(new BackplaneNode(siblings));
        services.AddSingleton<SubscriptionTable>();
        services.AddSingleton<SubscriptionSync>();
        services.AddSingleton<PublishQueue>();
        services.AddSingleton<RoundTripProbe>();
        services.AddSingleton<IBackplaneTransport>(CreateTransport);
        services.AddSingleton<FailoverBackplane>();
        services.AddSingleton<IBackplane>(provider => provider.GetRequiredService<FailoverBackplane>());
        services.AddHostedService<LinkMonitor>();
        services.AddSingleton<IHealthProbe, BackplaneProbe>();
        services.AddSingleton<IHeartbeatPart, BackplaneHeartbeat>();
        return services;
    }

    /// <summary>
    /// SignalR's groups, users and client results across nodes, for any hub: connecting never waits for Redis, local
    /// connections are served first and also without it, and no connection waits for another that is slow.
    /// </summary>
    public static ISignalRServerBuilder AddResilientRedis(this ISignalRServerBuilder signalR)
    {
        signalR.Services.AddBackplane();
        signalR.Services.AddOptionsWithValidateOnStart<ScaleoutOptions>().BindConfiguration(ScaleoutOptions.Section).ValidateDataAnnotations();
        signalR.Services.AddSingleton(typeof(HubLifetimeManager<>), typeof(BackplaneHubLifetimeManager<>));
        return signalR;
    }

    private static IBackplaneTransport CreateTransport(IServiceProvider provider)
    {
        var connectionString = provider.GetRequiredService<IConfiguration>().GetConnectionString("Redis");
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return new AbsentTransport();
        }

        var redis = ActivatorUtilities.CreateInstance<RedisTransport>(provider, connectionString);
        return provider.GetService<FaultSwitches>() is { } faults ? new PretendedHang(redis, faults.RedisHangs) : redis;
    }
}
