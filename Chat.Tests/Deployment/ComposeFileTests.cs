using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Admin;
using Chat.Admin.Access;
using Chat.Admin.ServerApi;
using Chat.Server.Management;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Chat.Tests.Deployment;

/// <summary>What can be said of the composition without an engine: Debian's docker-compose reads it, and it names what is there.</summary>
public sealed partial class ComposeFileTests
{
    private static readonly Dictionary<string, string?> Secrets = new()
    {
        ["CHAT_SIGNING_KEY"] = "the-key",
        ["POSTGRES_PASSWORD"] = "the-word",
        ["CHAT_MANAGEMENT_KEY"] = "the-key-of-the-console-0123456789",
        ["CHAT_ENVIRONMENT"] = null,
        ["CHAT_WORKERS"] = null,
    };

    [Fact]
    public async Task Config_WithItsSecrets_IsAcceptedAndHoldsTheTopology()
    {
        var config = await ConfigAsync(Secrets);

        Assert.Equal(
            ["chat-1", "chat-2", "console", "healthchecks-ui", "nginx", "postgres", "redis"],
            Regex.Matches(config, @"^  ([\w-]+):$", RegexOptions.Multiline).Select(m => m.Groups[1].Value).Where(IsService).Distinct().Order());
        Assert.Equal(2, Count(config, "ConnectionStrings__Chat: Host=postgres;Username=chat;Password=the-word;Database=chat"));
        Assert.Equal(2, Count(config, "Auth__SigningKey: the-key"));
        Assert.Equal(2, Count(config, "ASPNETCORE_ENVIRONMENT: Production"));
        Assert.Equal(2, Count(config, "Workers__Count: '2'"));
        Assert.Equal(3, Count(config, "dockerfile: deploy/Dockerfile"));
        Assert.Equal(2, Count(config, "target: server"));
        Assert.Equal(1, Count(config, "target: console"));
        Assert.Contains("http://chat-1:5081/health/ui", config, StringComparison.Ordinal);
        Assert.Contains("http://chat-2:5081/health/ui", config, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CHAT_SIGNING_KEY")]
    [InlineData("POSTGRES_PASSWORD")]
    [InlineData("CHAT_MANAGEMENT_KEY")]
    public async Task Config_WithoutASecret_IsRefused(string name)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => ConfigAsync(new Dictionary<string, string?>(Secrets) { [name] = null }));

        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_PublishedPorts_AreThisMachinesOnly()
    {
        var config = await ConfigAsync(Secrets);

        var published = Port().Matches(config).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(3, published.Count);
        Assert.All(published, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ManagementPort_WithTheKeysOfTheComposition_IsAccepted()
    {
        var options = new ManagementOptions();
        var node = await SettingsAsync("chat-1");
        node.GetSection(ManagementOptions.Section).Bind(options);
        var image = await File.ReadAllTextAsync(Repository.PathOf("deploy", "Dockerfile"));
        options.Url = Image().Match(image).Groups[1].Value;
        options.PlainHttp = image.Contains("Management__PlainHttp=true", StringComparison.Ordinal);

        Assert.True(new ManagementOptionsValidator().Validate(null, options).Succeeded);
        Assert.True(new ManagementOptionsValidator().Validate(null, new ManagementOptions { Url = options.Url }).Failed);
    }

    [Fact]
    public async Task Console_AsComposed_KnowsBothNodesByTheirKeysAndMayListen()
    {
        var settings = await SettingsAsync("console");
        var nodes = new NodesOptions();
        NodesOptions.Read(nodes, settings);
        var admin = settings.GetSection(AdminOptions.Section).Get<AdminOptions>()!;
        var listening = new ConfigurationBuilder().AddInMemoryCollection([new("urls", "http://+:5082")]).Build();

        Assert.True(new NodesOptions.Validator().Validate(null, nodes).Succeeded);
        Assert.Equal(["chat-1 http://chat-1:5081", "chat-2 http://chat-2:5081"], nodes.Nodes.Select(n => $"{n.Name} {n.Url}"));
        Assert.All(nodes.Nodes, n => Assert.Equal(Secrets["CHAT_MANAGEMENT_KEY"], n.Key));
        Assert.Null(Transport.Problem(listening, admin));
    }

    [Fact]
    public async Task Console_ItsHealthCheck_TellsWhetherItLives()
    {
        var port = FreePort.Next();
        var console = Repository.PathOf("Chat.Admin", "bin", Repository.Configuration, "net10.0", "Chat.Admin.dll");
        var environment = new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}", ["Admin__Folder"] = TestRun.NewFolder("console") };
        await using var process = ManagedProcess.Start(new ProcessCommand("dotnet", [console], Environment: environment));
        await process.Output.WaitForAsync("Application started", Eventually.Patience);

        Assert.Equal(0, await CheckAsync());
        await process.KillAsync();
        Assert.NotEqual(0, await CheckAsync());

        async Task<int> CheckAsync()
        {
            await using var check = ManagedProcess.Start(await HealthCheckAsync(5082, port));
            return await check.Exited.WaitAsync(Eventually.Patience);
        }
    }

    [Fact]
    public async Task NginxTemplate_Variables_AreGivenByTheComposition()
    {
        var template = await File.ReadAllTextAsync(Repository.PathOf("deploy", "nginx.conf.template"));
        var config = await ConfigAsync(Secrets);

        var variables = Variable().Matches(template).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.Equal(3, variables.Count);
        Assert.All(variables, name => Assert.Contains($"{name}: ", config, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dockerfile_WhatItCopies_IsThereAndNotIgnored()
    {
        var lines = await File.ReadAllLinesAsync(Repository.PathOf("deploy", "Dockerfile"));
        var allowed = (await File.ReadAllLinesAsync(Repository.PathOf(".dockerignore"))).Where(l => l.StartsWith('!')).Select(l => l[1..].TrimEnd('/')).ToList();

        var sources = lines.Where(l => l.StartsWith("COPY ", StringComparison.Ordinal) && !l.Contains("--from", StringComparison.Ordinal))
            .SelectMany(l => l.Split(' ')[1..^1]).Select(s => s.TrimEnd('/')).ToList();
        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(Path.Exists(Repository.PathOf(source)), source));
        Assert.All(sources, source => Assert.Contains(source.Split('/')[0], allowed));
        Assert.Equal(lines.Count(l => l.StartsWith("ENTRYPOINT ", StringComparison.Ordinal)), lines.Count(l => l == "USER $APP_UID"));
    }

    /// <summary>The health check of the image that listens at <paramref name="imagePort"/>, with the port of a process that runs here.</summary>
    internal static async Task<ProcessCommand> HealthCheckAsync(int imagePort, int port)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("deploy", "Dockerfile"));
        var check = HealthCheck().Matches(text).Select(m => m.Groups[1].Value).Single(c => c.Contains($"/{imagePort} ", StringComparison.Ordinal));
        var command = JsonSerializer.Deserialize<string[]>(check)!;
        return new ProcessCommand(command[0], [.. command[1..].Select(part => part.Replace($"/{imagePort}", $"/{port}", StringComparison.Ordinal))]);
    }

    /// <summary>What a service of the composition is told by its environment.</summary>
    private static async Task<IConfiguration> SettingsAsync(string service)
    {
        var config = await ConfigAsync(Secrets);
        var lines = config[config.IndexOf($"\n  {service}:\n    build:", StringComparison.Ordinal)..].Split('\n');
        var environment = lines.SkipWhile(l => l != "    environment:").Skip(1).TakeWhile(l => l.StartsWith("      ", StringComparison.Ordinal)).Select(l => l.Trim().Split(": ", 2));
        return new ConfigurationBuilder()
            .AddInMemoryCollection(environment.Select(e => KeyValuePair.Create(e[0].Replace("__", ":", StringComparison.Ordinal), (string?)e[1].Trim('\'', '"'))))
            .Build();
    }

    // Services and volumes have names of the same depth.
    private static bool IsService(string name) => name is not ("chat" or "configs" or "secrets");

    private static int Count(string text, string part) => Regex.Count(text, Regex.Escape(part));

    private static Task<string> ConfigAsync(IReadOnlyDictionary<string, string?> variables) =>
        ManagedProcess.RunAsync(new ProcessCommand("docker-compose", ["-f", Repository.PathOf("docker-compose.yml"), "config"], Environment: variables));

    [GeneratedRegex(@"^    - ([\d.:]*\d+:\d+)/tcp$", RegexOptions.Multiline)]
    private static partial Regex Port();

    [GeneratedRegex(@"\$\{([A-Z_0-9]+)\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"Management__Url=(\S+)")]
    private static partial Regex Image();

    [GeneratedRegex(@"HEALTHCHECK[^\[]*CMD (\[.*\])")]
    private static partial Regex HealthCheck();
}
