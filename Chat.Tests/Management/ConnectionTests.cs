using Chat.Contracts.Management;
using Chat.Tests.Support;

namespace Chat.Tests.Management;

/// <summary>Lists of connections and users: what they can be searched and narrowed by, and what they count.</summary>
public sealed class ConnectionTests(ManagementBed bed) : IClassFixture<ManagementBed>
{
    [Fact]
    public async Task Search_ByAddress_IsForThoseWhoSeeAddresses()
    {
        var user = $"erin-{Guid.NewGuid():N}";
        await using var client = await bed.Server.ConnectAsync(user);
        var path = $"{ManagementRoutes.Connections}?user={user}&q=127.0.0.";
        var page = await Eventually.GetAsync(() => bed.Operator.ReadAsync<Page<ConnectionView>>(path), p => p.Items.Count > 0, "the connection is found by its address");
        Assert.Equal(user, Assert.Single(page.Items).User);

        // A mask is of no use when what it hides can be guessed digit by digit.
        Assert.Equal(0, (await bed.Viewer.ReadAsync<Page<ConnectionView>>(path)).Total);
        Assert.Equal(1, (await bed.Viewer.ReadAsync<Page<ConnectionView>>($"{ManagementRoutes.Connections}?q={user}")).Total);
    }

    [Fact]
    public async Task Transports_AreCountedWhicheverIsAskedFor()
    {
        var user = $"frank-{Guid.NewGuid():N}";
        await using var client = await bed.Server.ConnectAsync(user);
        var page = await Eventually.GetAsync(
            () => bed.Viewer.ReadAsync<Page<ConnectionView>>($"{ManagementRoutes.Connections}?user={user}&transport=LongPolling"),
            p => p.Counts.GetValueOrDefault("transport")?.GetValueOrDefault("WebSockets") == 1,
            "the connection is counted");
        Assert.Equal((0L, 0), (page.Total, page.Items.Count));
        Assert.Equal(1, (await bed.Viewer.ReadAsync<Page<ConnectionView>>($"{ManagementRoutes.Connections}?user={user}&transport=WebSockets")).Total);
    }

    [Fact]
    public async Task Connection_CountsWhatCameAndWent()
    {
        var (user, other) = ($"heidi-{Guid.NewGuid():N}", $"ivan-{Guid.NewGuid():N}");
        await using var client = await bed.Server.ConnectAsync(user);
        var conversation = await client.CreateAsync("direct", other);
        var path = $"{ManagementRoutes.Connections}?user={user}";
        var before = Assert.Single((await bed.Viewer.ReadAsync<Page<ConnectionView>>(path)).Items);
        var text = new string('x', 1_000);
        var receipt = await client.SendAsync(conversation, Guid.NewGuid().ToString("N"), text);
        await client.EventAsync();
        await client.AckAsync(conversation, receipt.Seq!.Value);

        var after = (await Eventually.GetAsync(
            () => bed.Viewer.ReadAsync<Page<ConnectionView>>(path), p => p.Items is [{ Acknowledged: 1 }], "the event is acknowledged")).Items[0];

        Assert.Equal((before.Events + 1, before.Calls + 2), (after.Events, after.Calls));
        Assert.InRange(after.BytesIn!.Value - before.BytesIn!.Value, 1_000, 2_000);
        Assert.InRange(after.BytesOut!.Value - before.BytesOut!.Value, 1_000, 2_500);
    }

    [Fact]
    public async Task Users_WithinTheGrace_AreListedApart()
    {
        var user = $"grace-{Guid.NewGuid():N}";
        var (online, away) = ($"{ManagementRoutes.Users}?q={user}&state=online", $"{ManagementRoutes.Users}?q={user}&state=grace");
        await using (await bed.Server.ConnectAsync(user))
        {
            var there = await Eventually.GetAsync(() => bed.Viewer.ReadAsync<Page<UserView>>(online), p => p.Items.Count > 0, "the user is online");
            Assert.Equal((UserStates.Online, 0L), (there.Items[0].State, there.Items[0].Pending));
            Assert.Empty((await bed.Viewer.ReadAsync<Page<UserView>>(away)).Items);
        }

        var left = await Eventually.GetAsync(() => bed.Viewer.ReadAsync<Page<UserView>>(away), p => p.Items.Count > 0, "the user is within the grace");
        var row = Assert.Single(left.Items);
        Assert.Equal((user, UserStates.Grace, 0, null), (row.Id, row.State, row.Connections, row.OnlineSince));
        Assert.Empty(row.Workers);
        Assert.Empty((await bed.Viewer.ReadAsync<Page<UserView>>(online)).Items);
    }
}
