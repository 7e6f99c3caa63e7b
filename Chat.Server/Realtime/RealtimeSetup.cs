using Chat.Server.Delivery;
using Chat.Server.Realtime.Spool;
using Chat.Server.Storage.Conversations;
using Microsoft.Extensions.Options;

namespace Chat.Server.Realtime;

internal static class RealtimeSetup
{
    /// <summary>Needs <c>AddStorage</c> and <c>AddDelivery</c>.</summary>
    public static IServiceCollection AddRealtime(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRealtimeOptions(configuration);
        services.AddSingleton<RealtimeMeter>();
        services.AddSingleton<SpoolFolder>();
        services.AddSingleton<IRealtimeOrder>(s => s.GetRequiredService<SpoolFolder>());
        services.AddSingleton<SpoolFiles>();
        services.AddSingleton<OwnSpool>();
        services.AddSingleton<SpoolStore>();
        services.AddSingleton<Trust>();
        services.AddSingleton<LastKnown>();
        services.AddSingleton<IKnownMembers>(s => s.GetRequiredService<LastKnown>());
        services.AddHostedService(s => s.GetRequiredService<LastKnown>());
        services.AddSingleton<Rights>();
        services.AddSingleton<RealtimeLane>();
        services.AddHostedService<SpoolDrain>();
        return services;
    }

    /// <summary>For who looks at the spool without being a server.</summary>
    public static IServiceCollection AddRealtimeOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<RealtimeOptions>().BindConfiguration(RealtimeOptions.Section)
            .ValidateDataAnnotations()
            .Validate(o => o.SpoolFileBytes <= o.SpoolBytes, "Realtime:SpoolFileBytes must not exceed Realtime:SpoolBytes.")
            .Validate(o => o.RightsForCutOff <= o.RightsFor, "Realtime:RightsForCutOff must not exceed Realtime:RightsFor.")
            .PostConfigure(o => o.SpoolFolder = o.SpoolFolder is "" ? Path.Combine(configuration["Workers:DataFolder"] ?? "data", "spool") : o.SpoolFolder);
        return services;
    }
}
