using System.Globalization;
using Chat.Tests.Support;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>A page whose circuit is lost says so by itself, keeps its last picture, greyed, and goes on.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class ReconnectTests(ConsoleFixture console)
{
    // Remembers the page's sockets, so that a test can end them as a network does.
    private const string Sockets = """
        window.sockets = [];
        window.WebSocket = class extends WebSocket { constructor(...all) { super(...all); window.sockets.push(this); } };
        """;

    [Fact]
    public async Task Circuit_ConnectionIsLost_PageSaysSoAndGoesOnWhereItWas()
    {
        var (page, _) = await console.OpenAsync("vera");
        await page.AddInitScriptAsync(Sockets);
        await console.GoAsync(page, "admin");
        await page.EvaluateAsync("() => { window.same = true; }");
        Assert.Equal(["Live"], await StateAsync(page));

        await page.RouteAsync("**/_blazor/**", route => route.AbortAsync());
        await page.EvaluateAsync("() => sockets.forEach(s => s.close())");
        await LostAsync(page);

        await page.UnrouteAllAsync();
        await page.WaitForSelectorAsync("html[data-live]:not([data-lost])");
        Assert.True(await page.EvaluateAsync<bool>("() => window.same"));
        Assert.False(await page.Locator("#components-reconnect-modal").IsVisibleAsync());
        Assert.Equal(["Live"], await StateAsync(page));
        Assert.Equal("1", await OpacityAsync(page));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Circuit_ConnectionHangs_PageSaysSoWithinSecondsAndGoesOn()
    {
        var (page, _) = await console.OpenAsync("vera");
        await page.AddInitScriptAsync(Sockets);
        await console.GoAsync(page, "admin");
        await page.EvaluateAsync("() => { window.same = true; sockets.forEach(s => { s.onmessage = () => {}; }); new MutationObserver(() => { window.lost ||= 'lost' in document.documentElement.dataset; }).observe(document.documentElement, { attributes: true }); }");
        await page.WaitForFunctionAsync("() => window.lost && document.documentElement.dataset.live === 'true'", null, new() { Timeout = 28_000 });
        Assert.True(await page.EvaluateAsync<bool>("() => window.same"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Console_IsKilled_PageSaysSoAndIsLoadedAnewWhenItIsBack()
    {
        var (page, _) = await console.OpenAsync("vera");
        await console.GoAsync(page, "admin/workers");
        var titles = (await page.Locator("th").AllTextContentsAsync()).Select(t => t.Trim()).ToList();
        var pid = int.Parse(await page.Locator("tr[data-worker=console] td").Nth(titles.IndexOf("Pid")).InnerTextAsync(), CultureInfo.InvariantCulture);
        await console.GoAsync(page, "admin");
        await page.EvaluateAsync("() => { window.same = true; }");

        Assert.True(Signals.Send(pid, Signal.Kill));
        await LostAsync(page);
        await page.WaitForFunctionAsync("() => !window.same && document.documentElement.dataset.live === 'true'");
        Assert.Equal(["Live"], await StateAsync(page));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Page_IsRead_TheServerIsToldNowAndThen()
    {
        var (page, _) = await console.OpenAsync("vera");
        await page.EvaluateAsync("() => { window.calls = []; consoleUi.watch({ invokeMethodAsync: (name) => { calls.push(name); return Promise.resolve(); } }); }");
        await page.Mouse.MoveAsync(300, 300);
        await page.Mouse.MoveAsync(310, 300);
        await page.Mouse.WheelAsync(0, 20);
        await page.EvaluateAsync("() => { const now = Date.now; Date.now = () => now() + 60000; }");
        await page.Mouse.MoveAsync(320, 300);
        await page.WaitForFunctionAsync("() => calls.filter(c => c === 'InUse').length > 0");
        Assert.InRange(await page.EvaluateAsync<int>("() => calls.filter(c => c === 'InUse').length"), 1, 2);
        await page.Context.CloseAsync();
    }

    private static async Task LostAsync(IPage page)
    {
        await page.WaitForSelectorAsync("html[data-lost]:not([data-live])");
        await page.Locator("#components-reconnect-modal").WaitForAsync();
        Assert.Equal(["Reconnecting…"], await StateAsync(page));
        Assert.NotEqual("1", await OpacityAsync(page));
        Assert.NotEqual("–", await page.InnerTextAsync(".tile-value >> nth=0"));
    }

    // What of the bar's states is to be seen.
    private static async Task<IReadOnlyList<string>> StateAsync(IPage page) =>
        await page.Locator(".state > span:visible").AllInnerTextsAsync() is var all ? [.. all.Select(t => t.Trim())] : [];

    private static Task<string> OpacityAsync(IPage page) => page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('.main')).opacity");
}
