using Chat.Contracts.Management;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

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

    [Fact]
    public async Task Connection_TellsItsWayItsBufferAndWhenItWasHeard()
    {
        var (user, other) = ($"judy-{Guid.NewGuid():N}", $"ken-{Guid.NewGuid():N}");
        var began = TimeProvider.System.GetUtcNow();
        await using var client = await bed.Server.ConnectAsync(user);
        var conversation = await client.CreateAsync("direct", other);
        var path = $"{ManagementRoutes.Connections}?user={user}&sort=-roundTrip";
        var before = Assert.Single((await bed.Viewer.ReadAsync<Page<ConnectionView>>(path)).Items);
        Assert.Null(before.LastDeliveredAt);
        Assert.InRange(before.RoundTripMilliseconds!.Value, 0.0001, 1_000);
        Assert.Equal((0, 16, 0L, 0), (before.PendingWrites, before.MostPendingWrites, before.UnsentBytes, before.Reconnects));
        Assert.InRange(before.LastSeenAt!.Value, began.AddSeconds(-1), TimeProvider.System.GetUtcNow().AddSeconds(1));

        var receipt = await client.SendAsync(conversation, Guid.NewGuid().ToString("N"), "text");
        await client.EventAsync();
        await client.AckAsync(conversation, receipt.Seq!.Value);
        var after = (await Eventually.GetAsync(
            () => bed.Viewer.ReadAsync<Page<ConnectionView>>(path), p => p.Items is [{ LastDeliveredAt: not null }], "the event is acknowledged")).Items[0];
        Assert.InRange(after.LastDeliveredAt!.Value, began, TimeProvider.System.GetUtcNow().AddSeconds(1));
        var listed = Assert.Single((await bed.Viewer.ReadAsync<Page<UserView>>($"{ManagementRoutes.Users}?q={user}")).Items);
        var detail = (await bed.Viewer.ReadAsync<UserDetail>(ManagementRoutes.User.With(user))).User;
        Assert.All([listed, detail], u => Assert.InRange((u.LastDeliveredAt!.Value - after.LastDeliveredAt.Value).TotalSeconds, -1, 1));
    }

    [Fact]
    public async Task Device_ThatComesBack_IsCountedOverAllWorkers()
    {
        await using var server = await ServerProcess.StartNewAsync(new ServerSettings { Workers = 2 });
        for (var i = 0; i < 5; i++)
        {
            await (await StockClient.ConnectedAsync(server.Url, "mallory", "phone")).DisposeAsync();
        }

        await using var phone = await StockClient.ConnectedAsync(server.Url, "mallory", "phone");
        await using var tablet = await StockClient.ConnectedAsync(server.Url, "mallory", "tablet");
        var page = await Eventually.GetAsync(
            () => server.Management.ReadAsync<Page<ConnectionView>>($"{ManagementRoutes.Connections}?user=mallory"),
            p => p.Items.Count >= 2 && p.Items.All(r => r.Reconnects is not null),
            "all workers have told how often they saw the devices");
        var rows = page.Items.ToLookup(c => c.Device);
        Assert.Equal(5, rows["phone"].MaxBy(r => r.ConnectedAt)!.Reconnects);
        Assert.Equal(0, Assert.Single(rows["tablet"]).Reconnects);
        await Eventually.GetAsync(
            () => server.Management.ReadAsync<UserDetail>(ManagementRoutes.User.With("mallory")), d => d.Connections.Any(c => c is { Device: "phone", Reconnects: 5 }), "the user's page tells it, too");
    }
}
