using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>The health checks as somebody sees them who is not signed in, where that is switched on.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class PublicHealthTests(ConsoleFixture console)
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Stranger_SeesTheChecksAloneAndTheyAreReadAnew(int width, ColorScheme scheme)
    {
        var context = await console.Browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 844 }, ColorScheme = scheme });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        var complaints = new ConcurrentQueue<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Enqueue(message.Text);
            }
        };
        await page.GotoAsync(new Uri(console.Server.ConsoleUrl, "healthchecks-ui").ToString());
        await page.WaitForURLAsync("**/healthchecks-ui/public");
        await page.Locator("td b:text-is('database')").WaitForAsync();
        Assert.Empty(await page.FindingsAsync("healthchecks-ui/public"));
        Assert.Equal(0, await page.Locator("nav").CountAsync());
        Assert.DoesNotContain("127.0.0.1", await page.InnerTextAsync("body"));

        // Read anew: what was marked is replaced by itself, and not while it is stopped.
        const string mark = "() => { document.querySelector('[data-refresh-part]').dataset.old = 'yes'; }";
        await page.EvaluateAsync(mark);
        await page.WaitForFunctionAsync("() => !document.querySelector('[data-refresh-part][data-old]')");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop polling" }).ClickAsync();
        await page.EvaluateAsync(mark);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start polling" }).ClickAsync();
        await page.WaitForFunctionAsync("() => !document.querySelector('[data-refresh-part][data-old]')");

        // Nothing else is open, and whoever signs in gets the page of the signed-in.
        foreach (var path in new[] { "admin", "admin/health", "admin/alerts", "admin/metrics/raw" })
        {
            var answer = await context.APIRequest.GetAsync(new Uri(console.Server.ConsoleUrl, path).ToString());
            Assert.Contains("/admin/login", answer.Url, StringComparison.Ordinal);
        }

        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await page.FillAsync("input[name=name]", "vera");
        await page.FillAsync("input[name=password]", ConsoleFixture.Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync("**/healthchecks-ui");
        await page.Locator(".tabs a:has-text('Who is polling')").WaitForAsync();
        Assert.Empty(complaints);
        await context.CloseAsync();
    }
}
