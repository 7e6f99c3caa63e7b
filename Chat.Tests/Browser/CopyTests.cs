using Chat.Tests.Support.Clients;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>An id is copied by pointer and by key, and what became of it is seen and heard.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class CopyTests(ConsoleFixture console)
{
    [Fact]
    public async Task Id_Copied_IsOnTheClipboardAndSaid()
    {
        var user = $"copied-{Guid.CreateVersion7():N}"[..20];
        await using var client = await StockClient.ConnectedAsync(console.Server.Url, user, "phone");
        var conversation = (await client.CreateDirectAsync($"friend-of-{user}")).Id;
        var (page, complaints) = await console.OpenAsync("otto");
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await console.GoAsync(page, $"admin/conversations?member={user}");
        var copy = page.GetByRole(AriaRole.Button, new() { Name = $"Copy conversation {conversation}" });

        await copy.ClickAsync();
        await page.Locator("[data-copy][data-copied=copied]").WaitForAsync();
        await page.Locator($"#said[role=status]:text-is('copied: {conversation}')").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Equal(conversation, await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));

        // It is said for a moment, and not for ever.
        await page.Locator("[data-copied]").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Equal("", await page.Locator("#said").TextContentAsync());

        await page.EvaluateAsync("() => navigator.clipboard.writeText('')");
        await page.Locator("tr[data-row]").First.FocusAsync();
        await page.Keyboard.PressAsync("c");
        await page.Locator("[data-copy][data-copied=copied]").WaitForAsync();
        Assert.Equal(conversation, await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        Assert.Empty(complaints);

        // Where the browser does not let a page write, that is said too.
        await page.EvaluateAsync("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }");
        await copy.ClickAsync();
        await page.Locator("[data-copy][data-copied='not copied']").WaitForAsync();
        await page.Context.CloseAsync();
    }
}
