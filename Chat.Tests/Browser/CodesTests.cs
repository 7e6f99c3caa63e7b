using Microsoft.Playwright;
using OtpNet;

namespace Chat.Tests.Browser;

/// <summary>One-time codes from the first to the last day: set up on the page, asked for at the door, turned off by an admin.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class CodesTests(ConsoleFixture console)
{
    private const string User = "tina";

    [Fact]
    public async Task Codes_SetUp_AreAskedForAtTheDoor_UntilAnAdminTurnsThemOff()
    {
        var (admin, _) = await console.OpenAsync();
        await console.GoAsync(admin, "admin/settings?tab=users");
        await admin.FillAsync("form.fields input[type=text]", User);
        await admin.FillAsync("form.fields input[type=password]", ConsoleFixture.Password);
        await admin.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        var row = admin.Locator("tr[data-row]", new() { HasText = User });
        await row.WaitForAsync();

        var (page, complaints) = await console.OpenAsync(User);
        await console.GoAsync(page, "admin/settings?tab=account");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set up…" }).ClickAsync();
        var totp = new Totp(Base32Encoding.ToBytes((await page.Locator("[data-secret]").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal)));
        Assert.True(await page.Locator("svg.qr").EvaluateAsync<bool>("qr => qr.getBoundingClientRect().width > 150"));
        await ConsoleFixture.PictureAsync(page, "admin-codes");
        var form = page.Locator("section[aria-label='One-time codes'] form");
        await form.Locator("input[type=password]").FillAsync(ConsoleFixture.Password);
        await form.Locator("input[type=text]").FillAsync(totp.ComputeTotp(DateTime.UtcNow));
        await form.GetByRole(AriaRole.Button, new() { Name = "Turn on" }).ClickAsync();
        await page.Locator(".recovery li").Last.WaitForAsync();
        var recovery = await page.Locator(".recovery li").AllInnerTextsAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have kept them" }).ClickAsync();

        // The code of the set-up is used; the next one is good a little before its time.
        await DoorAsync(page);
        await page.GotoAsync(new Uri(console.Server.ConsoleUrl, "admin/workers").ToString());
        await page.WaitForURLAsync("**/admin/login**");
        await page.GotoAsync(new Uri(console.Server.ConsoleUrl, "admin/login?to=%2Fadmin%2Fworkers").ToString());
        await PasswordAsync(page);
        await CodeAsync(page, "000000");
        await page.Locator("[role=alert]:has-text('That code is wrong')").WaitForAsync();
        await CodeAsync(page, totp.ComputeTotp(DateTime.UtcNow.AddSeconds(30)));
        await page.WaitForURLAsync("**/admin/workers");

        await DoorAsync(page);
        await PasswordAsync(page);
        await CodeAsync(page, recovery[4]);
        await page.WaitForURLAsync("**/admin");
        await console.GoAsync(page, "admin/settings?tab=account");
        await page.Locator("text=9 of 10 recovery codes are left").WaitForAsync();

        await console.GoAsync(admin, "admin/settings?tab=users");
        await row.GetByRole(AriaRole.Button, new() { Name = "Codes off…" }).ClickAsync();
        await admin.AgreeAsync();
        await row.Locator("td:text-is('off')").WaitForAsync();

        // Their session has ended with it, and the open page leads to the door by itself.
        await page.Locator("[role=alert]:has-text('Your session has ended')").WaitForAsync();
        await PasswordAsync(page);
        await page.WaitForURLAsync("**/admin/settings?tab=account");
        Assert.Empty(complaints);
        await page.Context.CloseAsync();

        await console.GoAsync(admin, $"admin/audit?action=user.change&object=user/{User}");
        await admin.Locator("tr[data-row]", new() { HasText = "one-time codes off" }).WaitForAsync();
        await admin.Locator("tr[data-row]", new() { HasText = "one-time codes on" }).WaitForAsync();
        await console.GoAsync(admin, $"admin/audit?actor={User}&action=signin");
        await admin.Locator("tr[data-row]", new() { HasText = "with a recovery code" }).WaitForAsync();
        await admin.Context.CloseAsync();
    }

    private static async Task DoorAsync(IPage page)
    {
        // The circuit renders the page anew when it begins; a menu that was opened before is shut then.
        await page.WaitForSelectorAsync("html[data-live]");
        await page.Locator(".menu summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/admin/login");
    }

    private static async Task PasswordAsync(IPage page)
    {
        await page.FillAsync("input[name=name]", User);
        await page.FillAsync("input[name=password]", ConsoleFixture.Password);
        await page.ClickAsync("button[type=submit]");
    }

    private static async Task CodeAsync(IPage page, string code)
    {
        await page.FillAsync("input[name=code]", code);
        await page.ClickAsync("button[type=submit]");
    }
}
