using Chat.Server.Storage.Model;
using Chat.Server.Storage.Nodes;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Storage.Nodes;

public sealed class PostgresNodeTests : NodeStoreContract
{
    protected override async Task<string> NewDatabaseAsync()
    {
        var postgres = await PostgresServer.SharedAsync();
        return postgres.ConnectionString(await postgres.CreateDatabaseAsync("nodes"));
    }
}

public sealed class SqliteNodeTests : NodeStoreContract
{
    protected override Task<string> NewDatabaseAsync() => Task.FromResult($"Data Source={Path.Combine(TestRun.NewFolder("nodes"), "chat.db")}");
}

/// <summary>What storage promises about the nodes that announce themselves, on every database. Each test has one to itself.</summary>
public abstract class NodeStoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2030, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private StorageHost _storage = null!;

    private NodeStore Store => _storage.Services.GetRequiredService<NodeStore>();

    public async Task InitializeAsync() => _storage = await StorageHost.StartAsync(await NewDatabaseAsync());

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    protected abstract Task<string> NewDatabaseAsync();

    [Fact]
    public async Task Announce_Again_IsTheSameNodeAsItIsNow_AndAllAreListedByName()
    {
        Assert.Empty(await Store.ListAsync(default));
        await Store.AnnounceAsync(Node("south", Now), default);
        await Store.AnnounceAsync(Node("north", Now), default);
        var moved = Node("south", Now.AddSeconds(15));
        (moved.Name, moved.Version, moved.StartedAt) = ("a host", "2.0", moved.SeenAt);
        await Store.AnnounceAsync(moved, default);

        var nodes = await Store.ListAsync(default);
        Assert.Equal(["a host", "north"], nodes.Select(n => n.Name));
        Assert.Equal(
            (moved.Id, moved.ManagementUrl, "2.0", moved.StartedAt, moved.SeenAt),
            (nodes[0].Id, nodes[0].ManagementUrl, nodes[0].Version, nodes[0].StartedAt, nodes[0].SeenAt));
    }

    [Fact]
    public async Task List_NodeThatIsSilentWhileOthersAreNot_IsLeftOut_AndAllSilentStay()
    {
        await Store.AnnounceAsync(Node("north", Now), default);
        await Store.AnnounceAsync(Node("south", Now + NodeStore.Patience), default);
        Assert.Equal(["north", "south"], (await Store.ListAsync(default)).Select(n => n.Name));

        await Store.AnnounceAsync(Node("south", Now + NodeStore.Patience + TimeSpan.FromSeconds(1)), default);
        Assert.Equal(["south"], (await Store.ListAsync(default)).Select(n => n.Name));
    }

    private static NodeRow Node(string name, DateTimeOffset seen) => new()
    {
        Id = $"https://{name}.example:5081",
        Name = name,
        ManagementUrl = $"https://{name}.example:5081",
        Version = "1.0",
        StartedAt = Now.ToUnixTimeMilliseconds(),
        SeenAt = seen.ToUnixTimeMilliseconds(),
    };
}
