using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Callers;
using Chat.Server.Management.Views;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management.Routes;

internal sealed class SessionRoutes(IHostEnvironment environment, IOptions<ManagementOptions> options, OverviewBuilder overview, EventViews events) : IManagementRoutes
{
    public void Map(ManagementMap map)
    {
        map.Get<WhoAmI>(ManagementRoutes.Me, "Who the caller is", Me);
        map.Get<Overview>(ManagementRoutes.Overview, "The node at a glance", _ => overview.Current());
        map.Get<NodeEvent[]>(ManagementRoutes.Events, "What happened to the node, newest first", _ => events.Latest());
    }

    private Reply<WhoAmI> Me(ManagementCall call) => new WhoAmI
    {
        Name = call.Caller.Name,
        Role = RoleNames.Of(call.Caller.Role),
        Authentication = call.Caller.Authentication,
        Via = call.Caller.Via,
        Environment = environment.EnvironmentName,
        Node = NodeIdentity.Name,
        Version = NodeIdentity.Version,
        BodiesRevealable = options.Value.RevealBodies,
    };
}
