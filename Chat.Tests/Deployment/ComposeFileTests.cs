using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Tests.Support;

namespace Chat.Tests.Deployment;

/// <summary>What can be said of the composition without an engine: Debian's docker-compose reads it, and it names what is there.</summary>
public sealed partial class ComposeFileTests
{
    private static readonly Dictionary<string, string?> Secrets = new()
    {
        ["CHAT_SIGNING_KEY"] = "the-key",
        ["POSTGRES_PASSWORD"] = "the-word",
        ["CHAT_ENVIRONMENT"] = null,
        ["CHAT_WORKERS"] = null,
    };

    [Fact]
    public async Task Config_WithItsSecrets_IsAcceptedAndHoldsTheTopology()
    {
        var config = await ConfigAsync(Secrets);

        Assert.Equal(
            ["chat-1", "chat-2", "healthchecks-ui", "nginx", "postgres", "redis"],
            Regex.Matches(config, @"^  ([\w-]+):$", RegexOptions.Multiline).Select(m => m.Groups[1].Value).Where(IsService).Distinct().Order());
        Assert.Equal(2, Count(config, "ConnectionStrings__Chat: Host=postgres;Username=chat;Password=the-word;Database=chat"));
        Assert.Equal(2, Count(config, "Auth__SigningKey: the-key"));
        Assert.Equal(2, Count(config, "ASPNETCORE_ENVIRONMENT: Production"));
        Assert.Equal(2, Count(config, "Workers__Count: '2'"));
        Assert.Equal(2, Count(config, "dockerfile: deploy/Dockerfile"));
        Assert.Contains("http://chat-1:5081/health/ui", config, StringComparison.Ordinal);
        Assert.Contains("http://chat-2:5081/health/ui", config, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CHAT_SIGNING_KEY")]
    [InlineData("POSTGRES_PASSWORD")]
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
        Assert.Equal(2, published.Count);
        Assert.All(published, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
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
        Assert.Contains("USER $APP_UID", lines);
    }

    /// <summary>The image's health check, with the port of a server that runs here.</summary>
    internal static async Task<ProcessCommand> HealthCheckAsync(int managementPort)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("deploy", "Dockerfile"));
        var command = JsonSerializer.Deserialize<string[]>(HealthCheck().Match(text).Groups[1].Value)!;
        return new ProcessCommand(command[0], [.. command[1..].Select(part => part.Replace("/5081", $"/{managementPort}", StringComparison.Ordinal))]);
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

    [GeneratedRegex(@"HEALTHCHECK[^\[]*CMD (\[.*\])")]
    private static partial Regex HealthCheck();
}
