using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>What operators do on every page: answer the question that is asked, read what they are told.</summary>
internal static class OperatorPage
{
    /// <summary>Agrees to the open question, with a reason where it wants one.</summary>
    public static async Task AgreeAsync(this IPage page, string? reason = null)
    {
        var dialog = page.Locator("dialog[open]");
        await dialog.WaitForAsync();
        if (reason is not null)
        {
            await dialog.Locator("textarea").Last.FillAsync(reason);
        }

        await dialog.Locator("button[type=submit]:enabled").ClickAsync();
    }

    /// <summary>A worker's row.</summary>
    public static ILocator WorkerRow(this IPage page, string id) => page.Locator($"tr[data-worker={id}]");

    /// <summary>Waits for a row of the audit log that holds this text.</summary>
    public static async Task AuditedAsync(this ConsoleFixture console, string actor, string action, string text)
    {
        var (page, _) = await console.OpenAsync();
        await console.GoAsync(page, $"admin/audit?actor={actor}&action={action}");
        await page.Locator("tr[data-row]", new() { HasText = text }).First.WaitForAsync();
        await page.Context.CloseAsync();
    }

    /// <summary>A message in the corner of the page.</summary>
    public static Task ToldAsync(this IPage page, string text) => page.Locator(".rz-growl-item, .rz-notification-item").Filter(new() { HasText = text }).First.WaitForAsync();

    /// <summary>A button that says what role it needs, and does nothing.</summary>
    public static async Task RefusesAsync(this IPage page, ILocator button)
    {
        Assert.Equal("true", await button.GetAttributeAsync("aria-disabled"));
        Assert.StartsWith("Needs the role", await button.GetAttributeAsync("title"));

        // Also for one who takes the mark away.
        await button.EvaluateAsync("button => { button.removeAttribute('aria-disabled'); button.click(); }");
        await page.EvaluateAsync("() => fetch('/admin/alive')");
        Assert.Equal(0, await page.Locator("dialog[open]").CountAsync());
    }
}
