using System.Net.Http.Json;
using Chat.Contracts;
using Chat.Contracts.Management;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>The playground and its failure lab, used as a developer uses them.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class PlaygroundTests(ConsoleFixture console)
{
    [Fact]
    public async Task TwoUsers_TalkGoAndComeBack_AndAKilledWorkerCostsNothing()
    {
        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, "admin/playground");
        var alice = page.Locator(".panel:has(form.say)").Nth(0);
        var bob = page.Locator(".panel:has(form.say)").Nth(1);
        await PressAsync(alice, "Go online");
        await PressAsync(bob, "Go online");
        await SeesAsync(alice, "connected");
        await SeesAsync(bob, "connected");

        await SayAsync(alice, "Good morning");
        await SeesAsync(bob, "“Good morning”");
        await SeesAsync(alice, "“Good morning” stored as seq 1");
        await SeesAsync(alice, "receipt: delivered up to seq 1");

        // Who is away is sent what was missed, and what they wrote goes out.
        await PressAsync(bob, "Go offline");
        await SeesAsync(bob, "disconnected");
        await SayAsync(alice, "While you were away");
        await TileAsync(page, "On the way", "1");
        await SayAsync(bob, "Written offline");
        await page.WaitForSelectorAsync(".tile:has-text('1 wait for a receipt')");
        await PressAsync(bob, "Go online");
        await SeesAsync(bob, "“While you were away” (from before the connection)");
        await SeesAsync(alice, "“Written offline”");
        await SettledAsync(page, 3);

        // Under load, the worker that holds one of them dies.
        await page.GetByRole(AriaRole.Button, new() { Name = "Start a load" }).ClickAsync();
        await page.WaitForFunctionAsync("() => [...document.querySelectorAll('.tile')].some(t => t.textContent.startsWith('Stored') && parseInt(t.querySelector('.tile-value').textContent) > 10)");
        var connections = await console.Server.Management.GetFromJsonAsync<Page<ConnectionView>>(
            $"{ManagementRoutes.Connections}?user={await alice.Locator("h2").InnerTextAsync()}", ChatJson.Options);
        var worker = page.Locator($".cell[data-worker={Assert.Single(connections!.Items).Worker}]");
        await worker.GetByRole(AriaRole.Button, new() { Name = "Kill…" }).ClickAsync();
        await page.Locator("dialog[open] button[type=submit]").ClickAsync();
        await page.WaitForSelectorAsync(".cell.bad[data-worker]");
        await page.WaitForFunctionAsync("() => [...document.querySelectorAll('[data-connects]')].reduce((sum, e) => sum + parseInt(e.dataset.connects), 0) > 3");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.cell.good[data-worker]').length === 2 && [...document.querySelectorAll('.panel-head .mark')].filter(m => m.textContent.trim() === 'online').length === 2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop the load" }).ClickAsync();
        await SettledAsync(page, 14);
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task DatabaseSeemsAway_UnderLoad_NothingIsLost()
    {
        var (page, complaints) = await console.OpenAsync();
        var (alice, bob) = await TalkingAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start a load" }).ClickAsync();
        await CountsAsync(page, "Stored", 10);

        await page.GetByLabel("How long a loss is pretended").SelectOptionAsync("300");
        await PretendAsync(page, "database-away");
        await page.WaitForSelectorAsync(".banner.warn:has-text('the database is pretended to be away')");
        await page.WaitForSelectorAsync(".banner.bad:has-text('The database does not answer')");
        await SeesAsync(alice, "waits: storage_unavailable");
        await SeesAsync(alice, "← degraded");

        // What is said in a realtime conversation is shown meanwhile; there was one before the loss.
        await page.GetByLabel("Conversation").SelectOptionAsync("realtime");
        await SayAsync(alice, "In the dark");
        await SeesAsync(alice, "“In the dark” queued");
        await SeesAsync(bob, "“In the dark”");
        await CountsAsync(page, "Queued", 1);
        await page.WaitForFunctionAsync("() => !document.querySelector('.rz-notification-item, .rz-growl-item')");
        await ConsoleFixture.PictureAsync(page, "admin-playground");

        await page.Locator("[data-fault=database-away]").GetByRole(AriaRole.Button, new() { Name = "End now" }).ClickAsync();
        await SeesAsync(bob, "← restored");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop the load" }).ClickAsync();
        await SettledAsync(page, 30);
        await page.WaitForSelectorAsync(".banner", new() { State = WaitForSelectorState.Detached });
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task RedisSeemsToHang_UnderLoad_NothingIsLostAndItIsOverByItself()
    {
        var (page, complaints) = await console.OpenAsync();
        await TalkingAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start a load" }).ClickAsync();
        await CountsAsync(page, "Stored", 10);

        await page.GetByLabel("How long a loss is pretended").SelectOptionAsync("10");
        await PretendAsync(page, "redis-hangs");
        await page.WaitForSelectorAsync(".banner.warn:has-text('hints travel by the database')");
        var stored = await CountsAsync(page, "Stored", 0);
        await CountsAsync(page, "Stored", stored + 10);

        await page.WaitForSelectorAsync("[data-fault=redis-hangs] .mark:has-text('off')");
        await page.WaitForSelectorAsync(".banner", new() { State = WaitForSelectorState.Detached });
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop the load" }).ClickAsync();
        await SettledAsync(page, stored + 10);
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    // Both online, and both conversations begun.
    private async Task<(ILocator Alice, ILocator Bob)> TalkingAsync(IPage page)
    {
        await console.GoAsync(page, "admin/playground");
        var alice = page.Locator(".panel:has(form.say)").Nth(0);
        var bob = page.Locator(".panel:has(form.say)").Nth(1);
        await PressAsync(alice, "Go online");
        await PressAsync(bob, "Go online");
        foreach (var conversation in new[] { "realtime", "durable" })
        {
            await page.GetByLabel("Conversation").SelectOptionAsync(conversation);
            await SayAsync(alice, $"Hello, {conversation}");
            await SeesAsync(bob, $"“Hello, {conversation}”");
        }

        return (alice, bob);
    }

    private static async Task PretendAsync(IPage page, string loss)
    {
        await page.Locator($"[data-fault={loss}]").GetByRole(AriaRole.Button, new() { Name = "Pretend…" }).ClickAsync();
        await page.Locator("dialog[open] button[type=submit]").ClickAsync();
        await page.WaitForSelectorAsync($"[data-fault={loss}] .mark:has-text('s left')");
    }

    // The tile's number, once it is so high.
    private static async Task<int> CountsAsync(IPage page, string name, int atLeast)
    {
        var read = await page.WaitForFunctionAsync(
            """
            ([name, atLeast]) => {
              const tile = [...document.querySelectorAll('.tile')].find(t => t.querySelector('.tile-name').textContent === name);
              const value = parseInt(tile.querySelector('.tile-value').textContent.replace(/\s/g, ''));
              return value >= atLeast && { value };
            }
            """,
            new object[] { name, atLeast });
        return (await read.JsonValueAsync<Dictionary<string, int>>())["value"];
    }

    private static Task PressAsync(ILocator panel, string button) => panel.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();

    private static async Task SayAsync(ILocator panel, string text)
    {
        await panel.Locator("input").FillAsync(text);
        await panel.Locator("input").PressAsync("Enter");
    }

    private static async Task SeesAsync(ILocator panel, string text)
    {
        try
        {
            await panel.Locator("pre").Filter(new() { HasText = text }).WaitForAsync();
        }
        catch (TimeoutException)
        {
            Assert.Fail($"In vain for “{text}” in:\n{await panel.InnerTextAsync()}");
        }
    }

    private static Task TileAsync(IPage page, string name, string value) =>
        page.WaitForFunctionAsync("([name, value]) => [...document.querySelectorAll('.tile')].some(t => t.querySelector('.tile-name').textContent === name && t.querySelector('.tile-value').textContent === value)", new[] { name, value });

    // All that was sent has its receipt and is with both, once and in order.
    private static async Task SettledAsync(IPage page, int atLeast)
    {
        await page.WaitForFunctionAsync(
            """
            atLeast => {
              const value = name => [...document.querySelectorAll('.tile')].find(t => t.querySelector('.tile-name').textContent === name).querySelector('.tile-value').textContent.replace(/\s/g, '');
              return parseInt(value('Sent')) >= atLeast && value('Sent') === value('Stored') && value('On the way') === '0';
            }
            """,
            atLeast);
        foreach (var name in new[] { "Lost", "Seen twice", "Out of order", "Refused" })
        {
            await TileAsync(page, name, "0");
        }
    }
}
