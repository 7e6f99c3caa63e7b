using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>An alert from the edit that makes it fire to the notes of those who look after it, and the channels that tell of it.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class AlertTests(ConsoleFixture console)
{
    [Fact]
    public async Task Alert_RuleEdited_FiresIsTakenOnWithANoteAndGivenBack()
    {
        var (admin, complaints) = await console.OpenAsync();
        await console.GoAsync(admin, "admin/alerts?tab=rules&q=DiskLow");
        await Button(Row(admin, "DiskLow"), "Edit…").ClickAsync();
        var agree = admin.Locator("dialog[open] button[type=submit]");
        await agree.WaitForAsync();
        Assert.True(await agree.IsDisabledAsync());
        var numbers = admin.Locator("dialog[open] input[type=number]");
        await numbers.First.FillAsync("1.1");
        await numbers.Last.FillAsync("0");
        await admin.AgreeAsync("a trial of the rule");
        await Row(admin, "DiskLow").Locator("td:has-text('< 110 %')").WaitForAsync();
        await Row(admin, "DiskLow").Locator(".chip:has-text('changed')").WaitForAsync();

        var (page, others) = await console.OpenAsync("otto");
        await console.GoAsync(page, "admin/alerts");
        var alert = page.Locator("tr[data-alert=DiskLow]");
        await alert.Locator("svg.bound").WaitForAsync();
        await alert.Locator(".mark:has-text('log sent')").WaitForAsync();

        await Button(alert, "with note…").ClickAsync();
        await page.AgreeAsync("a new disk is ordered");
        await alert.Locator("td:has-text('otto: a new disk is ordered')").WaitForAsync();
        await alert.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**open=*");
        var details = page.Locator("tr.details");
        foreach (var text in new[] { "Fires when the value is < 110 %", "Acknowledged by otto", "that it fires, sent at", "after 1 attempt" })
        {
            await details.Locator($"text={text}").First.WaitForAsync();
        }

        // What is open is in the address: somebody else sees the same.
        var (viewer, _) = await console.OpenAsync("vera");
        await viewer.GotoAsync(page.Url);
        await viewer.Locator("tr.details:has-text('a new disk is ordered')").WaitForAsync();
        await viewer.RefusesAsync(Button(viewer.Locator("tr[data-alert=DiskLow]"), "Unacknowledge"));
        await viewer.Context.CloseAsync();

        await Button(alert, "Unacknowledge").ClickAsync();
        await Button(alert, "Acknowledge").WaitForAsync();
        Assert.DoesNotContain("a new disk is ordered", await alert.InnerTextAsync());
        Assert.Empty(others);
        await page.Context.CloseAsync();

        await Button(Row(admin, "DiskLow"), "Reset").ClickAsync();
        await Row(admin, "DiskLow").Locator("td:has-text('< 10 %')").WaitForAsync();
        Assert.Empty(complaints);
        await admin.Context.CloseAsync();
        await console.AuditedAsync("ada", "rule.change", "a trial of the rule");
        await console.AuditedAsync("otto", "alert.acknowledge", "a new disk is ordered");
        await console.AuditedAsync("otto", "alert.unacknowledge", "alert.unacknowledge");
    }

    [Fact]
    public async Task Silence_OfNothingThatFires_IsListedAndExpires()
    {
        var (page, complaints) = await console.OpenAsync("otto");
        await console.GoAsync(page, "admin/alerts?tab=silenced");
        await Button(page, "New silence…").ClickAsync();
        await page.Locator("dialog[open] textarea").First.FillAsync("alertname=CertificateExpiring");
        await page.AgreeAsync("it is renewed on Monday");
        await page.Locator("dialog[open]:has-text('It mutes nothing that fires now')").WaitForAsync();
        await page.AgreeAsync();
        var row = Row(page, "it is renewed on Monday");
        await row.Locator(".mark:has-text('active')").WaitForAsync();
        await Button(row, "Expire").ClickAsync();
        await row.Locator(".mark:has-text('expired')").WaitForAsync();
        Assert.Equal(0, await Button(row, "Expire").CountAsync());
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("otto", "silence.expire", "silence.expire");
    }

    [Fact]
    public async Task Channel_Tried_GotThroughAndIsAudited()
    {
        var (viewer, _) = await console.OpenAsync("vera");
        await console.GoAsync(viewer, "admin/alerts?tab=channels");
        await viewer.RefusesAsync(Button(Row(viewer, "log"), "Test…"));
        await viewer.Context.CloseAsync();

        var (page, complaints) = await console.OpenAsync("otto");
        await console.GoAsync(page, "admin/alerts?tab=channels");
        await Button(Row(page, "log"), "Test…").ClickAsync();
        await page.AgreeAsync();
        await Row(page, "log").Locator("[role=status] .mark.good:has-text('got through')").WaitForAsync();
        await console.Server.Output.WaitForAsync("Notified: TestNotification", TimeSpan.FromSeconds(30));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("otto", "channel.test", "log");
    }

    private static ILocator Row(IPage page, string text) => page.Locator("tr[data-row]", new() { HasText = text });

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocator Button(ILocator within, string name) => within.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });
}
