using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>The columns of a table, chosen with the keyboard and kept by the browser; and what fits without choosing.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class ColumnsTests(ConsoleFixture console)
{
    [Fact]
    public async Task Column_TakenAwayByKeyboard_StaysAwayInThisBrowser()
    {
        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, "admin/workers");
        await Head(page, "Pid").WaitForAsync();

        await page.Locator(".chooser summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Pid", await page.EvaluateAsync<string>("() => document.activeElement.closest('label').innerText.trim()"));
        await page.Keyboard.PressAsync("Space");
        await Head(page, "Pid").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await page.Keyboard.PressAsync("Escape");
        Assert.True(await page.EvaluateAsync<bool>("() => document.activeElement.matches('.chooser summary') && !document.querySelector('.chooser[open]')"));

        // Another table's choice stands beside it, and both are there before the circuit is: in what the server sends first.
        await console.GoAsync(page, "admin/audit");
        await page.Locator(".chooser summary").ClickAsync();
        await page.Locator(".chooser label:has-text('Correlation')").ClickAsync();
        await Head(page, "Correlation").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        var sent = await (await page.Context.APIRequest.GetAsync(new Uri(console.Server.ConsoleUrl, "admin/workers").ToString())).TextAsync();
        Assert.Contains("data-worker=\"w1\"", sent);
        Assert.Contains(">Uptime<", sent);
        Assert.DoesNotContain(">Pid<", sent);

        await console.GoAsync(page, "admin/workers");
        await page.Locator("tr[data-worker=w1]").WaitForAsync();
        Assert.Equal(0, await Head(page, "Pid").CountAsync());
        await page.Locator(".chooser summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "As at first" }).ClickAsync();
        await Head(page, "Pid").WaitForAsync();
        await page.Locator("h1").ClickAsync();
        Assert.Equal(0, await page.Locator(".chooser[open]").CountAsync());
        Assert.Equal("audit.correlation", (await page.Context.CookiesAsync()).Single(c => c.Name == "chat-console-columns").Value);
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Workers_AsAtFirst_FitWithoutScrolling()
    {
        var (page, _) = await console.OpenAsync();
        await console.GoAsync(page, "admin/workers");
        await page.Locator("tr[data-worker=w1]").GetByRole(AriaRole.Button, new() { Name = "Stop…" }).WaitForAsync();
        var (needed, there) = (await page.EvaluateAsync<int>("() => document.querySelector('.scroll').scrollWidth"), await page.EvaluateAsync<int>("() => document.querySelector('.scroll').clientWidth"));
        Assert.True(needed <= there, $"The table of the workers is {needed} wide and has {there}.");
        await page.Context.CloseAsync();
    }

    private static ILocator Head(IPage page, string text) => page.GetByRole(AriaRole.Columnheader, new() { Name = text, Exact = true });
}
