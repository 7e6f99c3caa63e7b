using Chat.Contracts;
using Chat.Server.Presence;
using Chat.Server.Sessions;
using Chat.Server.Workers.Ports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hubs;

internal static class HubsSetup
{
    public static IServiceCollection AddHubs(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<HubsOptions>().BindConfiguration(HubsOptions.Section)
            .ValidateDataAnnotations()
            .Validate(o => o.ClientTimeout >= 2 * o.KeepAlive, "Hubs:ClientTimeout must be at least twice Hubs:KeepAlive.");
        services.AddSignalR().AddJsonProtocol(json => ChatJson.Apply(json.PayloadSerializerOptions));
        services.AddOptions<HubOptions>().Configure<IOptions<HubsOptions>, TracedCalls>((hub, options, traced) =>
        {
            hub.SupportedProtocols = ["json"];
            hub.EnableDetailedErrors = false;
            hub.MaximumReceiveMessageSize = options.Value.MaxFrameBytes;
            hub.MaximumParallelInvocationsPerClient = options.Value.ParallelCalls;
            hub.KeepAliveInterval = options.Value.KeepAlive;
            hub.ClientTimeoutInterval = options.Value.ClientTimeout;
            hub.HandshakeTimeout = options.Value.HandshakeTimeout;
            hub.AddFilter(traced);
        });

        services.AddSingleton<IUserIdProvider, SubjectIdProvider>();
        services.AddSingleton<IPresenceAudience, PresenceAudience>();
        services.AddSingleton<ConnectionLife>();
        services.AddSingleton<TracedCalls>();
        services.AddSingleton<Signals>();
        services.AddSingleton<TopicCalls>();
        services.AddSingleton<IWarmUp>(provider => new HubsWarmUp(WayToTheHub(new ConnectionBuilder(provider)).Build(), provider.GetRequiredService<IServiceScopeFactory>()));
        return services;
    }

    /// <summary>As SignalR's own MapHub does it, with two steps more before the hub. The end of tokens is the sessions' matter, not SignalR's.</summary>
    public static void MapHubs(this WebApplication app) =>
        app.MapConnections(
                ChatHubContract.Path,
                new HttpConnectionDispatcherOptions(),
                connections => WayToTheHub(connections))
            .WithMetadata([.. typeof(ChatHub).GetCustomAttributes(inherit: true), new HubMetadata(typeof(ChatHub))]);

    private static IConnectionBuilder WayToTheHub(IConnectionBuilder connections) => connections.UseHearing().UseRefreshableUser().UseHub<ChatHub>();
}
