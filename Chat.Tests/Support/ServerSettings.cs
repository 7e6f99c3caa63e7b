namespace Chat.Tests.Support;

/// <summary>What a <see cref="ServerProcess"/> is started with. Everything not named here keeps the product's default.</summary>
internal sealed record ServerSettings
{
    /// <summary><c>ConnectionStrings:Chat</c>; null: the default, SQLite in the process's own folder.</summary>
    public string? Database { get; init; }

    /// <summary><c>ConnectionStrings:Redis</c>; null: not configured.</summary>
    public string? Redis { get; init; }

    /// <summary><c>Workers:Count</c>; null: the default. 0: everything in one process.</summary>
    public int? Workers { get; init; }

    /// <summary><c>Console:Run</c>.</summary>
    public bool Console { get; init; }

    /// <summary><c>Management:PublicUrl</c> is its own address.</summary>
    public bool Announced { get; init; }

    public string Environment { get; init; } = "Production";

    /// <summary>Any other options, by their keys (<c>Delivery:AckTimeout</c>). They win over everything above.</summary>
    public IReadOnlyDictionary<string, string?> Options { get; init; } = new Dictionary<string, string?>();

    /// <summary>Environment variables that are not options.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    /// <summary>A command that runs the server, such as <c>["prlimit", "--nofile=300"]</c>; it must replace itself by what it runs.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>Arguments of the server.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>These settings with one more option.</summary>
    public ServerSettings With(string key, string? value) =>
        this with { Options = new Dictionary<string, string?>(Options) { [key] = value } };

    internal Dictionary<string, string?> ToEnvironment(int port, int managementPort, int consolePort)
    {
        var options = new Dictionary<string, string?>
        {
            ["Management:Url"] = $"http://127.0.0.1:{managementPort}",
            ["Console:Url"] = $"http://127.0.0.1:{consolePort}",
            ["Console:Run"] = Console ? "true" : "false",
            ["Auth:SigningKey"] = TestTokens.SigningKey,
            ["Auth:Issuer"] = TestTokens.Issuer,
            ["Auth:Audience"] = TestTokens.Audience,
        };
        AddWhenSet("Management:PublicUrl", Announced ? options["Management:Url"] : null);
        AddWhenSet("ConnectionStrings:Chat", Database);
        AddWhenSet("ConnectionStrings:Redis", Redis);
        AddWhenSet("Workers:Count", Workers?.ToString());
        foreach (var (key, value) in Options)
        {
            options[key] = value;
        }

        var environment = options.ToDictionary(o => o.Key.Replace(":", "__", StringComparison.Ordinal), o => o.Value);
        environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        environment["ASPNETCORE_ENVIRONMENT"] = Environment;
        environment["DOTNET_ENVIRONMENT"] = null;
        environment["DOTNET_EnableDiagnostics"] = "0"; // A killed process would leave its diagnostics socket behind.
        foreach (var (name, value) in Variables)
        {
            environment[name] = value;
        }

        return environment;

        void AddWhenSet(string key, string? value)
        {
            if (value is not null)
            {
                options[key] = value;
            }
        }
    }
}
