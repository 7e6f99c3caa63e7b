using Chat.Bench.Machine;

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
}

/// <summary>The product, started as its users start it, with the limits of a user lifted: one load user sends what a thousand people would.</summary>
internal sealed class ProductTarget(ProductOptions options, TimeProvider time) : Target(TargetKind.Product)
{
    private readonly int _port = PostgresInstance.FreePort();
    private readonly int _managementPort = PostgresInstance.FreePort();
    private readonly Tokens _tokens = new(options.SigningKey, null, null, time);
    private ChildProcess? _process;

    public override int? Pid => _process?.Pid;

    protected override Uri Address => new($"http://127.0.0.1:{_port}");

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["ConnectionStrings__Chat"] = options.ConnectionString,
            ["Auth__SigningKey"] = options.SigningKey,
            ["Management__Url"] = $"http://127.0.0.1:{_managementPort}",
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
        await WaitUntilListeningAsync(_process, token => AnswersAsync(http, new Uri(Address, "/ready"), token), cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    protected override string TokenOf(string user) => _tokens.For(user);
}

/// <summary>A product that somebody else started.</summary>
internal sealed class AttachedTarget(Uri url, string signingKey, int? pid, TimeProvider time) : Target(TargetKind.Product)
{
    private readonly Tokens _tokens = new(signingKey, null, null, time);

    public override int? Pid => pid;

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
