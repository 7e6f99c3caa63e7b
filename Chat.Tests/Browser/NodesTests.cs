using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>Several real nodes in one picture; one that is lost leaves its last values, greyed, and comes back.</summary>
[Collection(NodesFixture.Name)]
public sealed class NodesTests(NodesFixture nodes)
{
    private static readonly string[] Paths =
    [
        "admin/workers", "admin/connections", "admin/connections?tab=users", "admin/conversations", "admin/queue", "admin/queue?tab=dead", "admin/alerts",
        "admin/alerts?tab=history", "admin/alerts?tab=rules", "admin/metrics", "admin/audit", "admin/settings", "healthchecks-ui",
    ];

    [Fact]
    public async Task Nodes_AllAnswer_AreOnePicture()
    {
        var user = $"both-{Guid.CreateVersion7():N}"[..20];
        await using var north = await StockClient.ConnectedAsync(nodes.North.Url, user, "phone");
        await using var south = await StockClient.ConnectedAsync(nodes.South.Url, user, "desk");
        var (page, complaints) = await nodes.Browser.OpenAsync("otto");

        await WholeAsync(page);
        Assert.Equal(["north w1", "north w2", "south w1"], await page.Locator(".cell b").AllInnerTextsAsync());
        await page.Locator(".tile:has-text('Workers') .tile-value:text-is('3/3')").WaitForAsync();
        await page.Locator(".tile:has-text('Connections') .tile-value:text-is('2')").WaitForAsync();
        foreach (var node in new[] { "north", "south" })
        {
            await page.Locator("tr").Filter(new() { HasText = $"{node} database" }).Filter(new() { HasText = "connected" }).WaitForAsync();
        }

        await nodes.Browser.GoAsync(page, "admin/workers");
        Assert.Equal(["north", "south"], await page.Locator(".panel h2").AllInnerTextsAsync());
        Assert.Equal(2, await Panel(page, "north").Locator("tbody tr .mark.good").CountAsync());
        Assert.Equal(1, await Panel(page, "south").Locator("tbody tr .mark.good").CountAsync());

        await nodes.Browser.GoAsync(page, $"admin/connections?user={user}");
        await page.Locator("tr[data-row]").Nth(1).WaitForAsync();
        var rows = await page.Locator("tr[data-row]").AllInnerTextsAsync();
        Assert.Equal(2, rows.Count);
        Assert.Contains(rows, r => r.Contains("north", StringComparison.Ordinal) && r.Contains("phone", StringComparison.Ordinal));
        Assert.Contains(rows, r => r.Contains("south", StringComparison.Ordinal) && r.Contains("desk", StringComparison.Ordinal));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Worker_OfTheOtherNode_IsRestartedThere()
    {
        var (page, complaints) = await nodes.Browser.OpenAsync("otto");
        await WholeAsync(page);
        var (northern, southern) = (nodes.North.WorkerIds(), nodes.South.WorkerIds().Single());
        await nodes.Browser.GoAsync(page, "admin/workers");
        await Panel(page, "south").Locator("tr[data-worker=w1]").GetByRole(AriaRole.Button, new() { Name = "Restart…" }).ClickAsync();
        Assert.Contains("Restart w1 of south?", await page.Locator("dialog[open]").InnerTextAsync());
        await page.AgreeAsync();
        await Eventually.TrueAsync(() => nodes.South.WorkerIds() is [var id] && id != southern, "another process is in its place");
        Assert.Equal(northern, nodes.North.WorkerIds());
        await nodes.Browser.GoAsync(page, "admin");
        await WholeAsync(page);
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Node_ThatIsNotConfigured_IsFoundThroughTheOneThatIs()
    {
        var (console, browser) = await NodesFixture.OpenConsoleAsync([("north", nodes.North)], findNodes: true);
        await using var ending = console;
        await using var closing = browser;
        var (page, complaints) = await browser.OpenAsync();
        await WholeAsync(page);
        await browser.GoAsync(page, "admin/workers");

        // Both are on this machine, and bear its name; the one that is configured bears the name it is given.
        Assert.Equal(["north", Environment.MachineName], await page.Locator(".panel h2").AllInnerTextsAsync());
        Assert.Equal(1, await Panel(page, Environment.MachineName).Locator("tbody tr .mark.good").CountAsync());
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Node_Killed_ItsLastValuesAreGreyedAndItComesBack()
    {
        var (page, complaints) = await nodes.Browser.OpenAsync();
        var (workers, _) = await nodes.Browser.OpenAsync("vera");
        await WholeAsync(page);
        await nodes.Browser.GoAsync(workers, "admin/workers");

        await nodes.South.Kill9Async();
        try
        {
            await LostAsync(page, workers);
            Assert.Empty(complaints);
            await nodes.Browser.GoAsync(page, "admin");
        }
        finally
        {
            await nodes.South.Process.DisposeAsync();
            await nodes.South.StartAsync();
        }

        await WholeAsync(page);
        Assert.Equal(0, await page.Locator(".stale").CountAsync());
        await workers.Locator(".panel:not(.old):has(h2:text-is('south')) tbody tr .mark.good").WaitForAsync();
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await workers.Context.CloseAsync();
    }

    private async Task LostAsync(IPage page, IPage workers)
    {
        await page.Locator(".page-head:has-text('1 of 2 nodes answered')").WaitForAsync();
        await page.Locator(".banner.bad:has-text('south: The node does not answer.')").WaitForAsync();
        await page.Locator(".top:has-text('1/2 nodes · 2/3 workers')").WaitForAsync();
        Assert.Equal(3, await page.Locator(".cell").CountAsync());
        Assert.Equal(2, await page.Locator(".cell.good:not(.stale)").CountAsync());
        Assert.Contains("no answer", await page.Locator(".cell.stale").InnerTextAsync());
        await page.Locator(".tiles.stale .tile-note:has-text('stale, ')").First.WaitForAsync();

        await ConsoleFixture.PictureAsync(page, "admin-nodes");

        // The other page, all the while open, keeps the rows and says why they are old.
        await workers.Locator(".panel.old:has(h2:text-is('south')) .panel-error").WaitForAsync();
        Assert.Equal(1, await Panel(workers, "south").Locator("tbody tr").CountAsync());
        Assert.Equal(2, await workers.Locator(".panel:not(.old):has(h2:text-is('north')) tbody tr").CountAsync());
        foreach (var path in Paths)
        {
            await nodes.Browser.GoAsync(page, path);
            Assert.Equal(0, await page.Locator("main:has-text('This page failed')").CountAsync());
            await page.Locator(".banner.bad:has-text('south: The node does not answer.')").WaitForAsync();
        }
    }

    private static ILocator Panel(IPage page, string node) => page.Locator($".panel:has(h2:text-is('{node}'))");

    private static async Task WholeAsync(IPage page)
    {
        await page.Locator(".top:has-text('2/2 nodes · 3/3 workers')").WaitForAsync();
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.cell.good:not(.stale)').length === 3");
        await page.Locator(".banner.bad").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Equal(0, await page.Locator(".page-head:has-text('nodes answered')").CountAsync());
    }
}
