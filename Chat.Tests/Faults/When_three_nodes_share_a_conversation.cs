using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Faults;

/// <summary>One conversation, members on three nodes: one order for all.</summary>
[Collection(nameof(ThreeNodes))]
public sealed class When_three_nodes_share_a_conversation(ThreeNodes nodes)
{
    private const int SendsOfEach = 100;

    [Fact]
    public async Task Every_client_on_every_node_sees_one_order_without_a_gap_while_all_nodes_write()
    {
        await using var first = await StockClient.ConnectedAsync(nodes.Nodes[0].Url, "order0");
        await using var second = await StockClient.ConnectedAsync(nodes.Nodes[1].Url, "order1");
        await using var third = await StockClient.ConnectedAsync(nodes.Nodes[2].Url, "order2");
        await using var script = await NodeClient.ConnectedAsync(nodes.Nodes[1].Url, "order3");
        TestClient[] all = [first, second, third, script];
        var group = (await first.CreateGroupAsync("order1", "order2", "order3")).Id;

        await Task.WhenAll(all.Take(3).SelectMany(client => Enumerable.Range(0, SendsOfEach).Select(n => client.SendAsync(group, new { n }))));

        foreach (var client in all)
        {
            await Eventually.TrueAsync(() => Of(client, group).Count(e => e.Type == "text") >= 3 * SendsOfEach, $"{client.User} has got everything", Deadline.Of(15));
        }

        var order = Of(first, group);
        Assert.Equal(Enumerable.Range(1, order.Count).Select(n => (long?)n), order.Select(e => e.Seq));
        Assert.All(all, client => Assert.Equal(order.Select(e => (e.Seq, e.Id)), Of(client, group).Select(e => (e.Seq, e.Id))));
    }

    private static List<ChatEvent> Of(TestClient client, string conversation) => [.. client.Arrived.Items.Where(e => e.Conversation == conversation)];
}
