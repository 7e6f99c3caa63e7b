using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Chat.Server.Presence;

internal static class PresenceSetup
{
    public static IServiceCollection AddPresence(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<PresenceOptions>().BindConfiguration(PresenceOptions.Section).ValidateDataAnnotations()
            .Validate(o => o.NodeTimeout >= 2 * o.BeatInterval, "Presence:NodeTimeout must be at least twice Presence:BeatInterval.");
        services.AddSingleton<LocalUsers>();
        services.AddSingleton<PresenceScope>();
        services.AddSingleton<PresenceService>();
        services.AddHostedService(s => s.GetRequiredService<PresenceService>());
        services.AddSingleton<PresenceNodes>();
        services.AddHostedService(s => s.GetRequiredService<PresenceNodes>());
        return services;
    }
}
