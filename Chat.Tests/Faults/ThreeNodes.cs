using Chat.Tests.Support;
using Chat.Tests.Support.Proxy;

namespace Chat.Tests.Faults;

/// <summary>Three nodes, each a process of its own, on one PostgreSQL and one Redis; the last one reaches Redis through a proxy, so that it can be cut off alone.</summary>
public sealed class ThreeNodes : IAsyncLifetime
{
    /// <summary>How long a user may be away; the nodes' own default is a minute.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    internal string Database { get; private set; } = "";

    internal RedisServer Redis { get; private set; } = null!;

    internal TcpProxy LastToRedis { get; private set; } = null!;

    internal IReadOnlyList<ServerProcess> Nodes { get; private set; } = [];

    public async Task InitializeAsync()
    {
        var postgres = await PostgresServer.SharedAsync();
        Database = postgres.ConnectionString(await postgres.CreateDatabaseAsync("three"));
        Redis = await RedisServer.StartNewAsync();
        LastToRedis = TcpProxy.Start(Redis.Port);
        var direct = new ServerSettings { Database = Database, Redis = Redis.ConnectionString, Workers = 0 }
            .With("Presence:Grace", $"{Grace}")
            .With("Presence:BeatInterval", "00:00:00.5")
            .With("Presence:NodeTimeout", "00:00:03");
        var last = direct with { Redis = $"127.0.0.1:{LastToRedis.Port}" };
        Nodes = await Task.WhenAll(ServerProcess.StartNewAsync(direct), ServerProcess.StartNewAsync(direct), ServerProcess.StartNewAsync(last));
        await UntilModeAsync("redis", Deadline.Of(15));
    }

    /// <summary>Ends when all nodes hear of each other this way.</summary>
    internal Task UntilModeAsync(string mode, TimeSpan within) =>
        Task.WhenAll(Nodes.Select(node => Eventually.EqualAsync(mode, node.ModeAsync, "the mode", within)));

    /// <summary>Each node's own count of something, added up.</summary>
    internal async Task<double> SumAsync(string family, string label) =>
        (await Task.WhenAll(Nodes.Select(n => n.SamplesAsync(family, label)))).Sum(samples => samples.Values.Sum());

    public async Task DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await LastToRedis.DisposeAsync();
        await Redis.DisposeAsync();
    }
}

/// <summary>Tests that share them run one after the other.</summary>
[CollectionDefinition(nameof(ThreeNodes), DisableParallelization = true)]
public sealed class ThreeNodesTests : ICollectionFixture<ThreeNodes>;
