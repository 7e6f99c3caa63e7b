using Chat.Server.Backplane.Failover;
using Chat.Server.Backplane.Redis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Chat.Server.Backplane;

internal static class BackplaneSetup
{
    /// <summary>
    /// Key of the <see cref="IBackplane"/> between the workers of one machine; whoever runs workers registers one, else
    /// there is none.
    /// </summary>
    public const string WorkerRelay = "worker-relay";

    /// <summary>The bus. Redis is used when <c>ConnectionStrings:Redis</c> is set; starting never waits for it.</summary>
    public static IServiceCollection AddBackplane(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<BackplaneOptions>().Bind(configuration.GetSection(BackplaneOptions.Section)).ValidateDataAnnotations();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BackplaneOptions>, BackplaneOptionsValidator>());
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDatabaseProbe, DatabaseTakenForGranted>();
        services.TryAddSingleton<BackplaneMetrics>();
        services.TryAddSingleton<BackplaneNode>();
        services.TryAddSingleton<SubscriptionTable>();
        services.TryAddSingleton<SubscriptionSync>();
        services.TryAddSingleton<PublishQueue>();
        services.TryAddSingleton<RoundTripProbe>();
        services.TryAddSingleton<IBackplaneTransport>(CreateTransport);
        services.TryAddKeyedSingleton<IBackplane, NoBackplane>(WorkerRelay);
        services.TryAddSingleton<FailoverBackplane>();
        services.TryAddSingleton<IBackplane>(provider => provider.GetRequiredService<FailoverBackplane>());
        services.AddHostedService<LinkMonitor>();
        services.AddHealthChecks().AddCheck<BackplaneHealthCheck>("redis");
        return services;
    }

    private static IBackplaneTransport CreateTransport(IServiceProvider provider)
    {
        var connectionString = provider.GetRequiredService<IConfiguration>().GetConnectionString("Redis");
        return string.IsNullOrWhiteSpace(connectionString)
            ? new AbsentTransport()
            : ActivatorUtilities.CreateInstance<RedisTransport>(provider, connectionString);
    }
}
