using Chat.Tests.Faults;
using Chat.Tests.Support;

namespace Chat.Tests.Deployment;

/// <summary>The composition as plain processes: PostgreSQL, Redis, two nodes of two workers, nginx in front with the deployed configuration.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private readonly RedisServer _redis;

    private TwoNodes(string database, RedisServer redis, ServerProcess first, ServerProcess second, NginxServer balancer)
    {
        Database = database;
        _redis = redis;
        Nodes = [first, second];
        Balancer = balancer;
    }

    public string Database { get; }

    public IReadOnlyList<ServerProcess> Nodes { get; }

    public NginxServer Balancer { get; }

    public static async Task<TwoNodes> StartAsync(string database)
    {
        var redis = await RedisServer.StartNewAsync();
        var settings = new ServerSettings { Database = database, Redis = redis.ConnectionString, Workers = 2 }
            .With("Auth:BehindProxy", "true")
            .With("Auth:KnownProxies:0", "127.0.0.0/8")
            // All users of a test come from one address.
            .With("Limits:AddressConnectsPerSecond", "10000")
            .With("Limits:AddressConnectBurst", "10000");
        var nodes = await Task.WhenAll(ServerProcess.StartNewAsync(settings), ServerProcess.StartNewAsync(settings));
        await Task.WhenAll(nodes.Select(node => node.UntilWorkersAsync(2, 2, 0, Deadline.Of(30))));
        return new(database, redis, nodes[0], nodes[1], await NginxServer.StartNewAsync(nodes[0].Url, nodes[1].Url));
    }

    public async ValueTask DisposeAsync()
    {
        await Balancer.DisposeAsync();
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await _redis.DisposeAsync();
    }
}
