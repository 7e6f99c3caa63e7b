using System.Diagnostics;
using System.Text;
using Chat.Contracts;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Chat.Tests.Support.Proxy;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>One conversation, members on three nodes: one order for all, also when a hint is lost or a whole node.</summary>
[Collection(nameof(ThreeNodes))]
public sealed class When_three_nodes_share_a_conversation(ThreeNodes nodes, ITestOutputHelper output)
{
    private const int SendsOfEach = 100;

    // Delivery:SweepInterval.
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5);

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

    [Fact]
    public async Task A_hint_that_was_lost_is_made_good_by_the_next_sweep()
    {
        await nodes.UntilModeAsync("redis", Deadline.Of(40));
        await using var alice = await StockClient.ConnectedAsync(nodes.Nodes[2].Url, "dropped-alice");
        await using var bob = await StockClient.ConnectedAsync(nodes.Nodes[0].Url, "dropped-bob");
        var conversation = (await alice.CreateDirectAsync("dropped-bob")).Id;
        await alice.SendAsync(conversation, new { n = 0 }, "dropped-before");
        await bob.WaitForAsync("dropped-before");
        var recovered = await nodes.Nodes[0].CountAsync("chat_backplane_hint_recovered_total");

        // What the last node publishes goes to a channel that nobody listens to; everything else goes on.
        nodes.LastToRedis.ToServer.Corrupt = Misdirect;
        var start = Stopwatch.GetTimestamp();
        await alice.SendAsync(conversation, new { n = 1 }, "dropped-hint");
        await bob.WaitForAsync("dropped-hint", Deadline.Of(Sweep.TotalSeconds + 1));
        var took = Stopwatch.GetElapsedTime(start);
        nodes.LastToRedis.Heal();

        output.WriteLine($"found after {took.TotalSeconds:0.0} s");
        Assert.Equal("redis", await nodes.Nodes[2].ModeAsync());
        await Eventually.TrueAsync(
            async () => await nodes.Nodes[0].CountAsync("chat_backplane_hint_recovered_total") > recovered, "the sweep has counted it", Deadline.Of(5));
    }

    [Fact]
    public async Task Killed_with_its_clients_a_node_leaves_who_comes_back_online_and_the_others_offline_once()
    {
        var history = new History();
        await using var watcher = await StockClient.ConnectedAsync(nodes.Nodes[1].Url, "kill-watcher", history: history);
        // The same client comes back on another node, as behind a load balancer.
        await using var balancer = TcpProxy.Start(nodes.Nodes[0].Port);
        await using var alice = new StockClient(new Uri($"http://127.0.0.1:{balancer.Port}"), "kill-alice", "phone", history);
        await alice.ConnectAsync();
        await using var bob = await StockClient.ConnectedAsync(nodes.Nodes[0].Url, "kill-bob");
        var conversations = new[] { (await watcher.CreateDirectAsync("kill-alice")).Id, (await watcher.CreateDirectAsync("kill-bob")).Id };
        history.Joined("kill-watcher", conversations[0]);
        history.Joined("kill-alice", conversations[0], device: "phone");
        await alice.SendAsync(conversations[0], new { before = true });
        await SeenAsync(watcher, "kill-alice", "online");
        await SeenAsync(watcher, "kill-bob", "online");

        history.Fault("SIGKILL to a node");
        await nodes.Nodes[0].Kill9Async();
        for (var n = 0; n < 20; n++)
        {
            await watcher.SendAsync(conversations[0], new { n });
        }

        balancer.SwitchTarget(nodes.Nodes[2].Port);
        await alice.ConnectAsync();
        await watcher.SendAsync(conversations[0], new { after = true }, "kill-after");
        await alice.WaitForAsync("kill-after", Deadline.Of(5));
        await watcher.Notices.WaitForAsync(n => IsState(n, "kill-bob", "offline"), Deadline.Of((ThreeNodes.Grace + Sweep).TotalSeconds + 5));
        // As long again: whoever is told twice is told within it.
        await Task.Delay(ThreeNodes.Grace);
        await nodes.Nodes[0].StartAsync();

        Assert.Single(watcher.Notices.Items, n => IsState(n, "kill-bob", "offline"));
        Assert.DoesNotContain(watcher.Notices.Items, n => IsState(n, "kill-alice", "offline"));
        var presence = await watcher.CallAsync<PresenceResult>("Presence", new PresenceRequest(["kill-alice", "kill-bob"]));
        Assert.Equal(("online", "offline"), (presence.Presence!["kill-alice"], presence.Presence["kill-bob"]));
        HistoryChecker.Check(history).ThrowIfBroken();
    }

    /// <summary>Whoever asks as often as it takes hears of it; a notice may have come before anybody listened.</summary>
    private static Task SeenAsync(StockClient watcher, string user, string state) => Eventually.EqualAsync(
        state, async () => (await watcher.CallAsync<PresenceResult>("Presence", new PresenceRequest([user]))).Presence?[user], $"{user}, as others see it,", Deadline.Of(5));

    private static bool IsState(Notice notice, string user, string state) => notice.Kind == NoticeKinds.Presence && notice.User == user && notice.State == state;

    private static List<ChatEvent> Of(TestClient client, string conversation) => [.. client.Arrived.Items.Where(e => e.Conversation == conversation)];

    private static void Misdirect(Memory<byte> bytes)
    {
        var channel = Encoding.ASCII.GetBytes("chat:hints");
        for (var at = bytes.Span.IndexOf(channel); at >= 0; at = bytes.Span.IndexOf(channel))
        {
            bytes.Span[at + channel.Length - 1] = (byte)'!';
        }
    }
}
