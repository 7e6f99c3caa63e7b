using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Nodes;

namespace Chat.Server.Management.Routes;

internal sealed class NodeRoutes(NodeDesk desk) : IManagementRoutes
{
    public void Map(ManagementMap map) =>
        map.Get<NodesAnswer>(ManagementRoutes.Nodes, "The nodes on this node's database that announce where they are managed", _ => desk.Current);
}
