using System.Collections.Concurrent;
using System.Globalization;
using Chat.Bench.Machine;
using Chat.Bench.Wire;
using Chat.Contracts;

namespace Chat.Bench.Targets;

/// <summary>Two nodes on one database, with a Redis of their own or without; connections go to each in turn, as behind a load balancer.</summary>
internal sealed class NodesTarget(TargetKind kind, ProductOptions options, TimeProvider time) : Target(kind)
{
    private const int Count = 2;

    private readonly List<ProductTarget> _nodes = [];
    private readonly ConcurrentDictionary<string, int> _nodeOf = new();
    private RedisInstance? _redis;
    private int _next = -1;

    public override IReadOnlyList<int> Pids => [.. _nodes.SelectMany(n => n.Pids)];

    public override int? RedisPid => _redis?.Pid;

    protected override Uri Address => throw new NotSupportedException("Each node has its own.");

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Kind == TargetKind.RedisNodes)
        {
            _redis = await RedisInstance.StartAsync(options.Folder, cancellationToken);
        }

        for (var i = 0; i < Count; i++)
        {
            var node = new ProductTarget(Kind, options with { Redis = _redis?.ConnectionString ?? "" }, time);
            _nodes.Add(node);
            await node.StartAsync(cancellationToken);
        }
    }

    public override WireAddress AddressOf(string user, string device = ChatHubContract.DefaultDevice)
    {
        var node = _nodeOf.GetOrAdd(user, _ => (int)((uint)Interlocked.Increment(ref _next) % Count));
        return _nodes[node].AddressOf(user, device);
    }

    public override Task<IReadOnlyList<string>?> PlacesAsync(IReadOnlyList<string> users, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>?>([.. users.Select(u => _nodeOf[u].ToString(CultureInfo.InvariantCulture))]);

    /// <summary>The one in which they agree.</summary>
    public override async Task<string?> BusModeAsync(CancellationToken cancellationToken)
    {
        var modes = await Task.WhenAll(_nodes.Select(n => n.BusModeAsync(cancellationToken)));
        return modes.Distinct().Count() == 1 ? modes[0] : null;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }
    }
}
