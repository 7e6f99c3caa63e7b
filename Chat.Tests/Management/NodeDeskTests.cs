using System.Net.Http.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Support;

namespace Chat.Tests.Management;

public sealed class NodeDeskTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    [Fact]
    public async Task Nodes_TheNodeItself_IsAnnouncedAndListed()
    {
        var answer = await Eventually.GetAsync(
            () => bed.Viewer.GetFromJsonAsync<NodesAnswer>(ManagementRoutes.Nodes, ChatJson.Options), a => a?.At is not null, "the nodes are read");
        Assert.Equal("https://chat-1.example:5081", answer!.Self);
        var node = Assert.Single(answer.Nodes);
        Assert.Equal((Environment.MachineName, answer.Self), (node.Name, node.Url));
        Assert.InRange(node.SeenAt, node.StartedAt, TimeProvider.System.GetUtcNow());
    }
}
