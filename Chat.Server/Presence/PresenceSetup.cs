using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Chat.Server.Presence;

internal static class PresenceSetup
{
    public static IServiceCollection AddPresence(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<PresenceOptions>().BindConfiguration(PresenceOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<PresenceService>();
        services.AddHostedService(s => s.GetRequiredService<PresenceService>());
        return services;
    }
}
