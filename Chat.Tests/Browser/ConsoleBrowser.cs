using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>Chromium before a console: its first admin, its other users, and pages that are signed in.</summary>
internal sealed partial class ConsoleBrowser : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private readonly IPlaywright _playwright;
    private readonly Uri _console;

    private ConsoleBrowser(IPlaywright playwright, IBrowser browser, Uri console) => (_playwright, Browser, _console) = (playwright, browser, console);

    public IBrowser Browser { get; }

    /// <summary>A browser and the users ada (admin), otto (operator) and vera (viewer). <paramref name="output"/> is the process's that tells the set-up code.</summary>
    public static async Task<ConsoleBrowser> StartAsync(Uri console, OutputLog output)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = new ConsoleBrowser(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] }), console);
        await browser.SetUpAsync(output);
        return browser;
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
        await page.GotoAsync($"{_console}admin/login");
        await page.FillAsync("input[name=name]", user);
        await page.FillAsync("input[name=password]", Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync("**/admin");
        await LiveAsync(page);
        return (page, complaints);
    }

    public async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(new Uri(_console, path).ToString());
        await LiveAsync(page);
        await page.WaitForFunctionAsync("() => !document.querySelector('.skeleton')");
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static Task LiveAsync(IPage page) => page.WaitForSelectorAsync("html[data-live]");

    // The first admin by the code from the process's own output; the others by that admin, on the page.
    private async Task SetUpAsync(OutputLog output)
    {
        var line = await output.WaitForAsync("Set-up code: ", TimeSpan.FromSeconds(120));
        var page = await (await Browser.NewContextAsync()).NewPageAsync();
        page.SetDefaultTimeout(60_000);
        await page.GotoAsync($"{_console}admin");
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
