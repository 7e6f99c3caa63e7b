using System.Text.Json;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>What is changed while the server runs, from the settings page to what clients and workers do.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class SettingsTests(ConsoleFixture console)
{
    [Fact]
    public async Task LogLevel_OfACategoryThatHasNone_IsHeardOfByTheWorkersAndGoesBack()
    {
        const string category = "Microsoft.AspNetCore.Routing";
        var (viewer, _) = await console.OpenAsync("otto");
        await console.GoAsync(viewer, "admin/settings");
        await viewer.RefusesAsync(LogLevels(viewer));
        await viewer.Context.CloseAsync();

        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, "admin/settings");
        await LogLevels(page).ClickAsync();
        await page.Locator("dialog[open] input[type=text]").FillAsync(category);
        await page.Locator("dialog[open] select").SelectOptionAsync("Debug");
        await page.AgreeAsync("where do they go");
        var chip = page.Locator(".chip", new() { HasText = $"{category}: Debug until" });
        await chip.WaitForAsync();

        // Which worker answers is the kernel's choice.
        foreach (var worker in new[] { "w1", "w2" })
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    await console.Server.StatusAsync("/live");
                    return console.Server.Output.Lines.Any(line => line.StartsWith($"{worker} | ", StringComparison.Ordinal) && line.Contains(category, StringComparison.Ordinal));
                },
                $"{worker} writes down what it did not before");
        }

        await LogLevels(page).ClickAsync();
        await page.Locator("dialog[open] input[type=text]").FillAsync(category);
        await page.Locator("dialog[open] select").SelectOptionAsync("");
        await page.AgreeAsync("seen enough");
        await chip.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("ada", "settings.log-level", "where do they go");
    }

    [Fact]
    public async Task RateLimit_Changed_HoldsAtTheHubUntilItIsReset()
    {
        var (viewer, _) = await console.OpenAsync("otto");
        await console.GoAsync(viewer, "admin/settings?q=Limits:Signal");
        await viewer.RefusesAsync(Button(Row(viewer, "Limits:SignalBurst"), "Change…"));
        await viewer.Context.CloseAsync();

        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, "admin/settings?q=Limits:Signal");
        await ChangeAsync(page, "Limits:SignalsPerSecond", "0.001");
        await Button(Row(page, "Limits:SignalBurst"), "Change…").ClickAsync();
        await page.Locator("dialog[open] [data-value]").FillAsync("none at all");
        await page.AgreeAsync("a trial");
        await page.ToldAsync("Limits:SignalBurst is an integer, 1 to 1000000.");
        await ChangeAsync(page, "Limits:SignalBurst", "1");

        await using (var client = await StockClient.ConnectedAsync(console.Server.Url, $"typist-{Guid.CreateVersion7():N}"))
        {
            Assert.True(await PingsAsync(client));
            await Eventually.TrueAsync(async () => !await PingsAsync(client), "the limit holds on an open connection");
        }

        await console.GoAsync(page, "admin/settings?which=running");
        foreach (var key in new[] { "Limits:SignalBurst", "Limits:SignalsPerSecond" })
        {
            await Button(Row(page, key), "Reset…").ClickAsync();
            await page.AgreeAsync("the trial is over");
            await Row(page, key).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        }

        await using (var client = await StockClient.ConnectedAsync(console.Server.Url, $"typist-{Guid.CreateVersion7():N}"))
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.True(await PingsAsync(client));
            }
        }

        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("ada", "settings.change", "setting/Limits:SignalBurst");
    }

    [Fact]
    public async Task User_CreatedPromotedAndDeleted_IsSoInTheirOwnBrowser()
    {
        var name = $"nora-{Guid.CreateVersion7():N}"[..17];
        const string fresh = "another horse, another battery";
        var (admin, complaints) = await console.OpenAsync();
        await console.GoAsync(admin, "admin/settings?tab=users");
        await admin.FillAsync("form.fields input[type=text]", name);
        await admin.FillAsync("form.fields input[type=password]", ConsoleFixture.Password);
        await admin.SelectOptionAsync("form.fields select", "Viewer");
        await Button(admin, "Add").ClickAsync();
        await UserRow(admin, name).WaitForAsync();

        // Their own password, which ends their other sessions.
        var (page, _) = await console.OpenAsync(name);
        var (elsewhere, _) = await console.OpenAsync(name);
        await console.GoAsync(page, "admin/settings?tab=account");
        await ChangePasswordAsync(page, "not the current one", fresh);
        await page.Locator("[role=alert]:has-text('The current password is another.')").WaitForAsync();
        await ChangePasswordAsync(page, ConsoleFixture.Password, fresh);
        await page.Locator("[role=alert]:has-text('Changed.')").WaitForAsync();
        await elsewhere.Locator("[role=alert]:has-text('Your session has ended')").WaitForAsync();
        await SignInAsync(elsewhere, name, ConsoleFixture.Password);
        await elsewhere.WaitForURLAsync("**/admin/login**");
        await elsewhere.Context.CloseAsync();

        // Their role, which ends the session that had the old one.
        await UserRow(admin, name).Locator("select").SelectOptionAsync("Operator");
        await page.Locator("[role=alert]:has-text('Your session has ended')").WaitForAsync();
        await SignInAsync(page, name, fresh);
        await page.WaitForURLAsync("**/admin/settings?tab=account");
        await console.GoAsync(page, "admin/workers");
        Assert.Null(await Button(page.WorkerRow("w1"), "Restart…").GetAttributeAsync("aria-disabled"));

        await Button(UserRow(admin, name), "Delete…").ClickAsync();
        var agree = admin.Locator("dialog[open] button[type=submit]");
        await agree.WaitForAsync();
        await admin.Locator("dialog[open] input[type=text]").FillAsync("nora");
        Assert.True(await agree.IsDisabledAsync());
        await admin.Locator("dialog[open] input[type=text]").FillAsync(name);
        await admin.AgreeAsync();
        await UserRow(admin, name).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await page.Locator("[role=alert]:has-text('Your session has ended')").WaitForAsync();
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await admin.Context.CloseAsync();
        foreach (var action in new[] { "user.create", "user.change", "user.remove" })
        {
            await console.AuditedAsync("ada", action, $"user/{name}");
        }

        await console.AuditedAsync(name, "user.change", "own password");
    }

    [Fact]
    public async Task About_ToAnAdmin_TellsVersionsAndLicences()
    {
        var (viewer, _) = await console.OpenAsync("otto");
        await console.GoAsync(viewer, "admin/settings?tab=about");
        Assert.Equal(0, await viewer.Locator("section[aria-label=About]").CountAsync());
        await viewer.Context.CloseAsync();

        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, "admin/settings?tab=about");
        await page.Locator("tr[data-row]", new() { HasText = "Radzen.Blazor" }).Filter(new() { HasText = "MIT" }).WaitForAsync();
        await page.Locator("tr[data-row]", new() { HasText = "Polly.Core" }).Filter(new() { HasText = "BSD-3-Clause" }).WaitForAsync();
        await page.Locator("section[aria-label=About] dd", new() { HasText = ".NET 10." }).First.WaitForAsync();
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    private static async Task ChangeAsync(IPage page, string key, string value)
    {
        await Button(Row(page, key), "Change…").ClickAsync();
        await page.Locator("dialog[open] [data-value]").FillAsync(value);
        await page.AgreeAsync("a trial");
        await Row(page, key).Filter(new() { HasText = "changed here" }).WaitForAsync();
    }

    private static async Task ChangePasswordAsync(IPage page, string current, string fresh)
    {
        var form = page.Locator("section[aria-label=Password] form");
        await form.Locator("input[autocomplete=current-password]").FillAsync(current);
        await form.Locator("input[autocomplete=new-password]").FillAsync(fresh);
        await Button(form, "Change").ClickAsync();
    }

    private static async Task SignInAsync(IPage page, string name, string password)
    {
        await page.FillAsync("input[name=name]", name);
        await page.FillAsync("input[name=password]", password);
        await page.ClickAsync("button[type=submit]");
    }

    private static async Task<bool> PingsAsync(StockClient client) => (await client.Hub.InvokeAsync<JsonElement>("Ping", new { })).GetProperty("ok").GetBoolean();

    private static ILocator LogLevels(IPage page) => Button(page.Locator("section[aria-label='While it runs']"), "Change…");

    private static ILocator Row(IPage page, string key) => page.Locator($"tr[data-row]:has(.mono:text-is('{key}'))");

    private static ILocator UserRow(IPage page, string name) => page.Locator($"tr[data-row]:has(b:text-is('{name}'))");

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocator Button(ILocator within, string name) => within.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });
}
