using System.Net.Http.Json;
using Chat.Bench.Machine;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Bench.Targets;

/// <summary>How the product is started.</summary>
internal sealed record ProductOptions
{
    /// <summary>Folder of the run: working directory and logs.</summary>
    public required string Folder { get; init; }

    /// <summary><c>Chat.Server.dll</c>.</summary>
    public required string Server { get; init; }

    public required string ConnectionString { get; init; }

    public required string SigningKey { get; init; }

    /// <summary>0: supervisor and worker in one process.</summary>
    public int Workers { get; init; }

    /// <summary>Of the Redis between the nodes; empty without one.</summary>
    public string Redis { get; init; } = "";
}

/// <summary>The product, started as its users start it, with the limits of a user lifted: one load user sends what a thousand people would.</summary>
internal class ProductTarget(TargetKind kind, ProductOptions options, TimeProvider time) : Target(kind)
{
    private readonly int _port = PostgresInstance.FreePort();
    private readonly int _managementPort = PostgresInstance.FreePort();
    private readonly Tokens _tokens = new(options.SigningKey, null, null, time);
    private ChildProcess? _process;

    public override IReadOnlyList<int> Pids => _process is { } process ? [process.Pid] : [];

    protected Uri Management => new($"http://127.0.0.1:{_managementPort}");

    protected override Uri Address => new($"http://127.0.0.1:{_port}");

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["ConnectionStrings__Chat"] = options.ConnectionString,
            ["Auth__SigningKey"] = options.SigningKey,
            ["ConnectionStrings__Redis"] = options.Redis,
            ["Management__Url"] = Management.ToString(),
            ["Workers__Count"] = $"{options.Workers}",
            ["Console__Run"] = "false",
            ["Limits__SendsPerSecond"] = "0",
            ["Limits__CallsPerSecond"] = "0",
            ["Limits__SignalsPerSecond"] = "0",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        var dotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"product-{_port}")).FullName;
        _process = ChildProcess.Start(dotnet, [options.Server], folder, Path.Combine(options.Folder, $"product-{_port}.log"), environment);

        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await WaitUntilListeningAsync(_process, token => ServesAsync(http, token), cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    /// <summary>How its workers hear of what other nodes store: <c>redis</c> or <c>database</c>; null when it does not say.</summary>
    public override async Task<string?> BusModeAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        return (await OverviewAsync(http, cancellationToken))?.Backplane.Mode;
    }

    protected override string TokenOf(string user) => _tokens.For(user);

    /// <summary>Ready, with every worker, and in reach of its Redis: one worker late would have none of the connections.</summary>
    private async Task<bool> ServesAsync(HttpClient http, CancellationToken cancellationToken) =>
        await AnswersAsync(http, new Uri(Address, "/ready"), cancellationToken)
        && await OverviewAsync(http, cancellationToken) is { } overview
        && overview.Workers.Count(w => w.State == WorkerStates.Healthy) >= options.Workers
        && (options.Redis.Length == 0 || overview.Backplane.Mode == "redis");

    private async Task<Overview?> OverviewAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            return await http.GetFromJsonAsync<Overview>(new Uri(Management, ManagementRoutes.Overview), ChatJson.Options, cancellationToken);
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            return null;
        }
    }
}

/// <summary>A product that somebody else started.</summary>
internal sealed class AttachedTarget(Uri url, string signingKey, int? pid, TimeProvider time) : Target(TargetKind.Product)
{
    private readonly Tokens _tokens = new(signingKey, null, null, time);

    public override IReadOnlyList<int> Pids => pid is { } known ? [known] : [];

    protected override Uri Address => url;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        if (!await AnswersAsync(http, new Uri(url, "/ready"), cancellationToken))
        {
            throw new InvalidOperationException($"Nothing at {url} says that it is ready.");
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override string TokenOf(string user) => _tokens.For(user);
}
