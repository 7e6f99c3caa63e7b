using System.Text.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Tests.Management;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Faults;

/// <summary>Clients on three nodes, an operator on the first: he sees all and can end all, and is told when he cannot.</summary>
[Collection(nameof(ThreeNodes))]
public sealed class When_an_operator_looks_from_one_node(ThreeNodes nodes)
{
    private HttpClient Operator => nodes.Nodes[0].Management;

    [Fact]
    public async Task Users_and_connections_of_all_nodes_are_in_one_list_and_those_of_one_node_when_asked_so()
    {
        await nodes.UntilModeAsync("redis", Deadline.Of(40));
        await using var here = await StockClient.ConnectedAsync(nodes.Nodes[0].Url, "look-alice", "phone");
        await using var there = await StockClient.ConnectedAsync(nodes.Nodes[2].Url, "look-alice", "desk");
        await using var other = await StockClient.ConnectedAsync(nodes.Nodes[1].Url, "look-bob");

        await Eventually.EqualAsync("look-alice 2, look-bob 1", () => UsersAsync("look-", ""), "the users");

        Assert.Equal("look-alice 1", await UsersAsync("look-", "&scope=node"));
        var connections = await AnsweredAsync<Page<ConnectionView>>($"{ManagementRoutes.Connections}?q=look-&sort=user", c => c.Total == 3);
        Assert.Equal(1, connections.Items.Count(c => c.Worker == "w1"));
        Assert.All(connections.Items.Where(c => c.Worker != "w1"), c => Assert.StartsWith("w1@", c.Worker, StringComparison.Ordinal));
        Assert.Null(connections.Partial);
        var alice = await AnsweredAsync<UserDetail>(ManagementRoutes.User.With("look-alice"), u => u.Connections.Count == 2);
        Assert.Equal(UserStates.Online, alice.User.State);
        await (await Operator.GetAsync($"{ManagementRoutes.Users}?scope=galaxy")).RefusedAsync(400);
    }

    [Fact]
    public async Task Disconnecting_reaches_a_connection_and_a_user_wherever_they_are()
    {
        await nodes.UntilModeAsync("redis", Deadline.Of(40));
        await using var bob = await StockClient.ConnectedAsync(nodes.Nodes[1].Url, "end-bob");
        await using var desk = await StockClient.ConnectedAsync(nodes.Nodes[2].Url, "end-carol", "desk");
        await using var phone = await StockClient.ConnectedAsync(nodes.Nodes[0].Url, "end-carol", "phone");
        await Eventually.EqualAsync("end-bob 1, end-carol 2", () => UsersAsync("end-", ""), "the users");

        var connection = (await AnsweredAsync<Page<ConnectionView>>($"{ManagementRoutes.Connections}?user=end-bob", c => c.Total == 1)).Items.Single();
        var one = await Operator.DoAsync<ActionResult>(ManagementRoutes.ConnectionDisconnect.With(connection.Id), new ReasonRequest { Reason = "one connection" });
        var all = await Operator.DoAsync<ActionResult>(ManagementRoutes.UserDisconnect.With("end-carol"), new ReasonRequest { Reason = "all of them" });
        var again = await Operator.DoAsync<ActionResult>(ManagementRoutes.UserDisconnect.With("end-carol"), new ReasonRequest { Reason = "once more" });

        Assert.Equal((ActionOutcomes.Done, 1, true), (one.Outcome, one.Count, one.Partial is null));
        Assert.Equal((ActionOutcomes.Done, 2, true), (all.Outcome, all.Count, all.Partial is null));
        await ToldAsync(bob, "one connection");
        await ToldAsync(desk, "all of them");
        await ToldAsync(phone, "all of them");
        Assert.Null(again.Partial);
    }

    [Fact]
    public async Task Without_Redis_this_node_is_told_of_and_that_the_others_are_missing()
    {
        await nodes.UntilModeAsync("redis", Deadline.Of(40));
        await using var here = await StockClient.ConnectedAsync(nodes.Nodes[0].Url, "part-alice");
        await using var there = await StockClient.ConnectedAsync(nodes.Nodes[1].Url, "part-bob");
        await Eventually.EqualAsync("part-alice 1, part-bob 1", () => UsersAsync("part-", ""), "the users");

        await nodes.Redis.StopAsync();
        await nodes.UntilModeAsync("database", Deadline.Of(15));
        var users = await AnsweredAsync<Page<UserView>>($"{ManagementRoutes.Users}?q=part-", u => u.Items.Count == 1);
        var disconnected = await Operator.DoAsync<ActionResult>(ManagementRoutes.UserDisconnect.With("part-bob"), new ReasonRequest { Reason = "nobody hears" });
        await nodes.Redis.StartAsync();
        await nodes.UntilModeAsync("redis", Deadline.Of(60));

        Assert.Equal("part-alice", Assert.Single(users.Items).Id);
        Assert.Contains("other nodes could not be asked", users.Partial?.Text, StringComparison.Ordinal);
        Assert.Equal((ActionOutcomes.Already, 0), (disconnected.Outcome, disconnected.Count));
        Assert.Contains(disconnected.Partial!.Missing, m => m.Worker == "other nodes");
        Assert.True(there.IsConnected);
        await Eventually.EqualAsync("part-alice 1, part-bob 1", () => UsersAsync("part-", ""), "the users");
    }

    private async Task<string> UsersAsync(string search, string more) => string.Join(
        ", ", (await AnsweredAsync<Page<UserView>>($"{ManagementRoutes.Users}?q={search}{more}", _ => true)).Items.Select(u => $"{u.Id} {u.Connections}"));

    /// <summary>An answer as wanted. A busy machine may make workers miss the two seconds, and the API then says so.</summary>
    private async Task<T> AnsweredAsync<T>(string path, Func<T, bool> wanted)
        where T : class => (await Eventually.GetAsync(
        async () =>
        {
            using var response = await Operator.GetAsync(path);
            return response.IsSuccessStatusCode ? JsonSerializer.Deserialize<T>(await response.Content.ReadAsStringAsync(), ChatJson.Options) : null;
        },
        answer => answer is not null && wanted(answer),
        $"{path} is answered"))!;

    private static Task ToldAsync(TestClient client, string reason) => Eventually.TrueAsync(
        () => client.Notices.Items.Any(n => n.Kind == NoticeKinds.Bye && n.Reason == reason), $"{client.User} is told why");
}
