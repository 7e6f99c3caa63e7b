using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>The server as users run it, with its console, PostgreSQL and Redis, and Chromium before it.</summary>
public sealed partial class ConsoleFixture : IAsyncLifetime
{
    public const string Name = "Console in a browser";

    public const string Password = "correct horse battery";

    private IPlaywright? _playwright;

    // Its own, for a test stops it.
    internal PostgresServer Database { get; private set; } = null!;

    internal string ConnectionString { get; private set; } = "";

    internal RedisServer Redis { get; private set; } = null!;

    internal ServerProcess Server { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

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
            Options = new Dictionary<string, string?> { ["Admin:RevalidateEvery"] = "00:00:01", ["Alerts:WarningEvery"] = "00:00:01" },
        });
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
        await SetUpAsync();
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        await (Redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>A signed-in page of its own; what the browser complains about is gathered.</summary>
    public async Task<(IPage Page, ConcurrentQueue<string> Complaints)> OpenAsync(string user = "ada", int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await Browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 860 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        var complaints = new ConcurrentQueue<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Enqueue($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => complaints.Enqueue(error);
        await page.GotoAsync($"{Server.ConsoleUrl}admin/login");
        await page.FillAsync("input[name=name]", user);
        await page.FillAsync("input[name=password]", Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync("**/admin");
        await LiveAsync(page);
        return (page, complaints);
    }

    public async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(new Uri(Server.ConsoleUrl, path).ToString());
        await LiveAsync(page);
        await page.WaitForFunctionAsync("() => !document.querySelector('.skeleton')");
    }

    /// <summary>With <c>CHAT_SCREENSHOTS</c> set the pictures of docs/console.md are made anew.</summary>
    public static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("CHAT_SCREENSHOTS") is { Length: > 0 })
        {
            Directory.CreateDirectory(Repository.PathOf("docs", "console"));
            await page.ScreenshotAsync(new() { Path = Repository.PathOf("docs", "console", $"{name}.png") });
        }
    }

    private static Task LiveAsync(IPage page) => page.WaitForSelectorAsync("html[data-live]");

    // The first admin by the code from the server's own output; the others by that admin, on the page.
    private async Task SetUpAsync()
    {
        var line = await Server.Output.WaitForAsync("Set-up code: ", TimeSpan.FromSeconds(120));
        var page = await (await Browser.NewContextAsync()).NewPageAsync();
        page.SetDefaultTimeout(60_000);
        await page.GotoAsync($"{Server.ConsoleUrl}admin");
        await page.FillAsync("input[name=code]", Code().Match(line).Groups[1].Value);
        await page.FillAsync("input[name=name]", "ada");
        await page.FillAsync("input[name=password]", Password);
        await page.ClickAsync("button[type=submit]");
        await LiveAsync(page);
        foreach (var (name, role) in new[] { ("otto", "Operator"), ("vera", "Viewer") })
        {
            await GoAsync(page, "admin/settings?tab=users");
            await page.FillAsync("form.fields input[type=text]", name);
            await page.FillAsync("form.fields input[type=password]", Password);
            await page.SelectOptionAsync("form.fields select", role);
            await page.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
            await page.WaitForSelectorAsync($"td b:text-is('{name}')");
        }

        await page.Context.CloseAsync();
    }

    [GeneratedRegex("Set-up code: ([A-Z0-9-]+)")]
    private static partial Regex Code();
}

/// <summary>One server for all tests in the browser; nothing else runs beside them, for some hold absolute times.</summary>
[CollectionDefinition(ConsoleFixture.Name, DisableParallelization = true)]
public sealed class ConsoleInABrowser : ICollectionFixture<ConsoleFixture>;
