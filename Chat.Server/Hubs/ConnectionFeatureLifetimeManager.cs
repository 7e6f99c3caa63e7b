using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Hubs;

/// <summary>Makes the raw connection a feature of its own, so that the hub can hand it to delivery.</summary>
internal class ConnectionFeatureLifetimeManager<THub>(ILogger<DefaultHubLifetimeManager<THub>> logger) : DefaultHubLifetimeManager<THub>(logger)
    where THub : Hub
{
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connection.Features.Set(connection);
        return base.OnConnectedAsync(connection);
    }
}
