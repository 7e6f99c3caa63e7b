using System.Collections.Concurrent;
using Chat.Tests.Support;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>The server as users run it, with its console, PostgreSQL and Redis, and Chromium before it.</summary>
public sealed class ConsoleFixture : IAsyncLifetime
{
    public const string Name = "Console in a browser";

    public const string Password = ConsoleBrowser.Password;

    private ConsoleBrowser? _browser;

    // Its own, for a test stops it.
    internal PostgresServer Database { get; private set; } = null!;

    internal string ConnectionString { get; private set; } = "";

    internal RedisServer Redis { get; private set; } = null!;

    internal ServerProcess Server { get; private set; } = null!;

    public IBrowser Browser => _browser!.Browser;

    public async Task InitializeAsync()
    {
        Database = await PostgresServer.StartNewAsync();
        ConnectionString = Database.ConnectionString(await Database.CreateDatabaseAsync("console"));
        Redis = await RedisServer.StartNewAsync();
        Server = await ServerProcess.StartNewAsync(new ServerSettings
        {
            Database = ConnectionString,
            Redis = Redis.ConnectionString,
            Workers = 2,
            Console = true,
            Environment = "Development",
            Options = new Dictionary<string, string?> { ["Admin:RevalidateEvery"] = "00:00:01", ["Admin:AnonymousHealth"] = "true", ["Alerts:WarningEvery"] = "00:00:01" },
        });
        _browser = await ConsoleBrowser.StartAsync(Server.ConsoleUrl, Server.Output);
    }

    public async Task DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        await (Redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <inheritdoc cref="ConsoleBrowser.OpenAsync"/>
    public Task<(IPage Page, ConcurrentQueue<string> Complaints)> OpenAsync(string user = "ada", int width = 1280, ColorScheme scheme = ColorScheme.Light) =>
        _browser!.OpenAsync(user, width, scheme);

    public Task GoAsync(IPage page, string path) => _browser!.GoAsync(page, path);

    /// <summary>With <c>CHAT_SCREENSHOTS</c> set the pictures of docs/console.md are made anew.</summary>
    public static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("CHAT_SCREENSHOTS") is { Length: > 0 })
        {
            Directory.CreateDirectory(Repository.PathOf("docs", "console"));
            await page.ScreenshotAsync(new() { Path = Repository.PathOf("docs", "console", $"{name}.png") });
        }
    }
}

/// <summary>One server for all tests in the browser; nothing else runs beside them: Chromium takes the processors, and some hold absolute times.</summary>
[CollectionDefinition(ConsoleFixture.Name, DisableParallelization = true)]
public sealed class ConsoleInABrowser : ICollectionFixture<ConsoleFixture>;
