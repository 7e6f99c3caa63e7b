using Chat.Server.Workers.Ports;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Chat.Server.Storage.Retention;

internal static class RetentionSetup
{
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.AddRetentionSettings();
        services.AddSingleton<LogCutter>();
        services.AddSingleton<RetentionService>();
        services.AddHostedService(s => s.GetRequiredService<RetentionService>());
        return services;
    }

    /// <summary>What is kept, also for who only judges changes of it.</summary>
    public static IServiceCollection AddRetentionSettings(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>());
        return services.AddLiveSection<RetentionOptions>(RetentionOptions.Section);
    }
}
