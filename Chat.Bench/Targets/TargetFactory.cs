using System.Security.Cryptography;
using Chat.Bench.Machine;

namespace Chat.Bench.Targets;

/// <summary>Where the product is.</summary>
internal abstract record ProductPlace
{
    /// <summary>Started by the run, from these binaries.</summary>
    internal sealed record Binaries(string Server) : ProductPlace;

    /// <summary>Running already.</summary>
    internal sealed record Running(Uri Url, string SigningKey, int? Pid) : ProductPlace;
}

/// <summary>Makes the servers of a run; each kind keeps its database over restarts.</summary>
internal sealed class TargetFactory(RunOptions options, ProductPlace product, string folder, PostgresInstance? postgres, TimeProvider time)
{
    private readonly string _signingKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
    private readonly Dictionary<TargetKind, string> _databases = [];

    /// <summary>Temporary folder of the run.</summary>
    public string Folder => folder;

    /// <summary>The database of a kind, where the run made it.</summary>
    public string? DatabaseOf(TargetKind kind) => _databases.GetValueOrDefault(kind);

    public async Task<Target> StartAsync(TargetKind kind, CancellationToken cancellationToken)
    {
        var target = await CreateAsync(kind, cancellationToken);
        try
        {
            await target.StartAsync(cancellationToken);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    private async Task<Target> CreateAsync(TargetKind kind, CancellationToken cancellationToken) => (kind, product) switch
    {
        (TargetKind.Bare, _) => new BaselineTarget(kind, folder, null),
        (TargetKind.Naive, _) => new BaselineTarget(kind, folder, await DatabaseAsync(kind, cancellationToken)),
        (_, ProductPlace.Running running) => new AttachedTarget(running.Url, running.SigningKey, running.Pid, time),
        (TargetKind.TwoWorkers, ProductPlace.Binaries binaries) => new WorkersTarget(await OptionsAsync(kind, binaries, 2, cancellationToken), time),
        (TargetKind.RedisNodes or TargetKind.DatabaseNodes, ProductPlace.Binaries binaries) =>
            new NodesTarget(kind, await OptionsAsync(kind, binaries, 1, cancellationToken), time),
        (_, ProductPlace.Binaries binaries) =>
            new ProductTarget(kind, await OptionsAsync(kind, binaries, kind == TargetKind.OneWorker ? 1 : options.Workers, cancellationToken), time),
        _ => throw new InvalidOperationException($"No way to start {kind}."),
    };

    private async Task<ProductOptions> OptionsAsync(TargetKind kind, ProductPlace.Binaries binaries, int workers, CancellationToken cancellationToken) => new()
    {
        Folder = folder,
        Server = binaries.Server,
        ConnectionString = await DatabaseAsync(kind, cancellationToken),
        SigningKey = _signingKey,
        Workers = workers,
    };

    private async Task<string> DatabaseAsync(TargetKind kind, CancellationToken cancellationToken)
    {
        if (!_databases.TryGetValue(kind, out var database))
        {
            database = await postgres!.CreateDatabaseAsync(kind.ToString().ToLowerInvariant(), cancellationToken);
            _databases.Add(kind, database);
        }

        return database;
    }
}
