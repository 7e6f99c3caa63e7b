using System.Text.RegularExpressions;
using Chat.Tests.Faults;
using Chat.Tests.Faults.Checker;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Xunit.Abstractions;

namespace Chat.Tests.Deployment;

/// <summary>The topology of <c>docker-compose.yml</c>, without its engine: any node may take any request, and what one node promised another one keeps.</summary>
[Collection(MeasuredAlone.Name)]
public sealed partial class When_nodes_stand_behind_nginx(PostgresDatabase database, ITestOutputHelper output) : IClassFixture<PostgresDatabase>
{
    // Longer than a stock client waits for a sign of life (30 s), so that keep-alives must have come through.
    private static readonly TimeSpan Stay = FaultLength.Of("CHAT_TEST_STAY", TimeSpan.FromSeconds(32));
    private static readonly CheckerOptions Options = new() { AnswerWithin = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task Clients_connect_and_stay_whatever_they_are_and_then_survive_the_loss_of_a_node()
    {
        await using var nodes = await TwoNodes.StartAsync(database.ConnectionString);
        var url = nodes.Balancer.Url;
        await using var crowd = await Crowd.GatherAsync(url, new CrowdSize(Users: 40, PerSecond: 50));
        // Stock clients with their default settings, negotiation included; nothing happens on these two until the end.
        await using var script = new NodeClient(url, "script");
        await script.ConnectAsync();
        await using var sharp = new StockClient(url, "sharp", negotiate: true);
        await sharp.ConnectAsync();
        var silence = (await script.CreateDirectAsync("sharp")).Id;

        await crowd.TalkThroughAsync(() => Task.Delay(Stay)); // The length of the stay, not a wait for something.

        Assert.True(script.IsConnected && sharp.IsConnected, $"{script.Closed.Status} {sharp.Closed.Status}");
        Assert.Empty(script.States.Items);
        Assert.Equal(1, crowd.History.Snapshot().Where(e => e.Op == HistoryOp.Conn).GroupBy(e => e.User).Max(g => g.Count()));
        await AssertAllServeAsync(nodes);
        await script.SendAsync(silence, new { text = "still there?" }, "question");
        await sharp.WaitForAsync("question");
        await sharp.SendAsync(silence, new { text = "still here" }, "answer");
        await script.WaitForAsync("answer");
        await AssertHealthCheckAsync(nodes.Nodes[0], healthy: true);

        await crowd.TalkThroughAsync(async () =>
        {
            crowd.History.Fault("SIGKILL to a node");
            await KillAsync(nodes.Nodes[0]);
            await crowd.ReachAsync(crowd.Sent + 200);
            await AssertHealthCheckAsync(nodes.Nodes[0], healthy: false);
            await nodes.Nodes[0].StartAsync();
            // An upgrade: asked to leave and started again.
            await nodes.Nodes[1].RestartAsync();
        });

        var result = await crowd.JudgeAsync(output, nodes.Database, Options);
        result.ThrowIfBroken();
        Assert.Equal(0, result.Counts.Refused + result.Counts.Unknown);
        Assert.DoesNotContain("access_token", nodes.Balancer.Output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>As when the machine is lost: all processes of the node at once.</summary>
    private static async Task KillAsync(ServerProcess node)
    {
        var workers = node.WorkerIds();
        foreach (var worker in workers)
        {
            Signals.Send(worker, Signal.Kill);
        }

        await node.Kill9Async();
    }

    private static async Task AssertAllServeAsync(TwoNodes nodes)
    {
        foreach (var node in nodes.Nodes)
        {
            var page = await node.Management.GetStringAsync("/metrics");
            var open = Connections().Matches(page).ToDictionary(m => m.Groups[1].Value, m => double.Parse(m.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(["w1", "w2"], open.Keys.Order());
            Assert.All(open.Values, count => Assert.True(count > 0, page));
        }
    }

    private static async Task AssertHealthCheckAsync(ServerProcess node, bool healthy)
    {
        await using var check = ManagedProcess.Start(await ComposeFileTests.HealthCheckAsync(5081, node.ManagementPort));
        Assert.Equal(healthy, await check.Exited.WaitAsync(TimeSpan.FromSeconds(20)) == 0);
    }

    [GeneratedRegex("""^signalr_server_active_connections\{.*worker="(w\d)".*\} (\S+)$""", RegexOptions.Multiline)]
    private static partial Regex Connections();
}
