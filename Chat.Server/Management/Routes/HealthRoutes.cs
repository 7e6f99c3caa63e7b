using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Views;

namespace Chat.Server.Management.Routes;

/// <summary>Checks, and who asks for them.</summary>
internal sealed class HealthRoutes(HealthViews health, HealthCallerViews callers) : IManagementRoutes
{
    public void Map(ManagementMap map)
    {
        map.Get<HealthAnswer>(ManagementRoutes.Health, "All checks, now and before", _ => health.All());
        map.Get<HealthCallersAnswer>(ManagementRoutes.HealthCallers, "Who asked for the health lately", async call => await callers.AllAsync(call.TimeUp));
    }
}
