using Chat.Tests.Faults;
using Chat.Tests.Support;

namespace Chat.Tests.Browser;

/// <summary>Two nodes on one PostgreSQL, one of two workers and one of one, and a console of its own before both, as docs/console.md tells to start it.</summary>
public sealed class NodesFixture : IAsyncLifetime
{
    public const string Name = "One console before several nodes";

    private const string Key = "a key of the tests, long enough to be taken";

    private ManagedProcess? _console;

    internal ServerProcess North { get; private set; } = null!;

    internal ServerProcess South { get; private set; } = null!;

    internal ConsoleBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var postgres = await PostgresServer.SharedAsync();
        var settings = new ServerSettings { Database = postgres.ConnectionString(await postgres.CreateDatabaseAsync("nodes")), Workers = 2, Announced = true }
            .With("Management:Keys:0:Name", "console")
            .With("Management:Keys:0:Role", "admin")
            .With("Management:Keys:0:Key", Key)
            .With("Management:Keys:0:Delegates", "true");
        North = ServerProcess.Create(settings);
        South = ServerProcess.Create(settings with { Workers = 1 });
        await Task.WhenAll(North.StartAsync(), South.StartAsync());
        await Task.WhenAll(North.UntilWorkersAsync(2, 2, 0, Deadline.Of(30)), South.UntilWorkersAsync(1, 1, 0, Deadline.Of(30)));
        (_console, Browser) = await OpenConsoleAsync([("north", North), ("south", South)]);
    }

    /// <summary>A console that is told of these nodes, and Chromium before it.</summary>
    internal static async Task<(ManagedProcess Console, ConsoleBrowser Browser)> OpenConsoleAsync(IEnumerable<(string Name, ServerProcess Node)> nodes, bool findNodes = false)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var console = StartConsole(address, nodes, findNodes);
        return (console, await ConsoleBrowser.StartAsync(address, console.Output));
    }

    public async Task DisposeAsync()
    {
        await (Browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_console?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (North?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (South?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static ManagedProcess StartConsole(Uri address, IEnumerable<(string Name, ServerProcess Node)> nodes, bool findNodes)
    {
        var dll = Repository.PathOf("Chat.Admin", "bin", Repository.Configuration, "net10.0", "Chat.Admin.dll");
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = address.ToString(),
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["DOTNET_EnableDiagnostics"] = "0",
            ["Admin__FindNodes"] = $"{findNodes}",
        };
        foreach (var ((name, node), index) in nodes.Select((node, index) => (node, index)))
        {
            environment[$"Nodes__{index}__Name"] = name;
            environment[$"Nodes__{index}__Url"] = node.ManagementUrl.ToString();
            environment[$"Nodes__{index}__Key"] = Key;
        }

        return ManagedProcess.Start(new ProcessCommand(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [dll], TestRun.NewFolder("console"), environment));
    }
}

/// <summary>Its tests run one after the other and beside nothing else.</summary>
[CollectionDefinition(NodesFixture.Name, DisableParallelization = true)]
public sealed class OneConsoleBeforeSeveralNodes : ICollectionFixture<NodesFixture>;
