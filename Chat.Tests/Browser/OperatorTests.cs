using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>What an operator does from the pages, and what a viewer may not: on the real server, seen from both ends.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class OperatorTests(ConsoleFixture console)
{
    [Fact]
    public async Task Connection_Disconnected_IsToldTheReasonAndGone()
    {
        var user = $"caller-{Guid.CreateVersion7():N}"[..20];
        await using var client = await StockClient.ConnectedAsync(console.Server.Url, user, "phone");

        var (viewer, _) = await console.OpenAsync("vera");
        await console.GoAsync(viewer, $"admin/connections?user={user}");
        await viewer.RefusesAsync(Row(viewer, user).GetByRole(AriaRole.Button, new() { Name = "Disconnect…" }));
        Assert.True(client.IsConnected);
        await viewer.Context.CloseAsync();

        var (page, complaints) = await console.OpenAsync("otto");
        await console.GoAsync(page, $"admin/connections?user={user}");
        await Row(page, user).GetByRole(AriaRole.Button, new() { Name = "Disconnect…" }).ClickAsync();
        await page.AgreeAsync("an old version");
        var bye = await client.WaitForNoticeAsync(NoticeKinds.Bye);
        Assert.Equal("an old version", bye.Reason);
        await client.Closed;
        await Row(page, user).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("otto", "connection.disconnect", "an old version");
    }

    [Fact]
    public async Task Member_Removed_IsMarkedAsLeftAndTheOthersAreTold()
    {
        var user = $"guest-{Guid.CreateVersion7():N}"[..20];
        await using var owner = await StockClient.ConnectedAsync(console.Server.Url, $"owner-{Guid.CreateVersion7():N}");
        var group = (await owner.CreateGroupAsync(user)).Id;
        var path = $"admin/conversation?id={Uri.EscapeDataString(group)}";

        var (viewer, _) = await console.OpenAsync("otto");
        await console.GoAsync(viewer, path);
        await viewer.RefusesAsync(Row(viewer, user).GetByRole(AriaRole.Button, new() { Name = "Remove…" }));
        await viewer.Context.CloseAsync();

        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, path);
        await Row(page, user).GetByRole(AriaRole.Button, new() { Name = "Remove…" }).ClickAsync();
        await page.AgreeAsync("it sells watches");
        await Row(page, user).Filter(new() { HasText = "left" }).WaitForAsync();
        Assert.Equal(0, await Row(page, user).GetByRole(AriaRole.Button, new() { Name = "Remove…" }).CountAsync());
        var told = await owner.Inbox.WaitForAsync(e => e.Conversation == group && e.Type == EventTypes.Member);
        Assert.Contains(user, told.Body!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("ada", "member.remove", "it sells watches");
    }

    [Fact]
    public async Task Stacks_OfAWorker_AreTakenShownAndAudited()
    {
        var (viewer, _) = await console.OpenAsync("otto");
        await console.GoAsync(viewer, "admin/workers/w1");
        await viewer.RefusesAsync(viewer.GetByRole(AriaRole.Button, new() { Name = "Take stacks…" }));
        await viewer.Context.CloseAsync();

        var before = console.Server.WorkerIds();
        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, "admin/workers/w1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take stacks…" }).ClickAsync();
        await page.AgreeAsync();
        var stacks = page.Locator("pre[aria-label=Stacks]");
        await stacks.WaitForAsync();

        // A worker always waits for its supervisor's words, in code of its own.
        Assert.Contains("Chat.Server.Workers.Control.", await stacks.InnerTextAsync());
        Assert.DoesNotContain("0x", await stacks.InnerTextAsync());
        await page.Locator("main:has-text('threads of process')").WaitForAsync();
        Assert.Equal(before, console.Server.WorkerIds());
        Assert.Empty(Directory.GetFiles(Path.Combine(console.Server.Folder, "data", "stacks")));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("ada", "worker.stacks", "w1");
    }

    [Fact]
    public async Task Alert_SilencedByKey_IsMutedUntilTheSilenceExpires()
    {
        var (admin, complaints) = await console.OpenAsync();
        await console.GoAsync(admin, "admin/alerts?tab=rules");

        // No disk is more than wholly free, so the rule is broken from now on.
        await Row(admin, "DiskFull").GetByRole(AriaRole.Button, new() { Name = "Edit…" }).ClickAsync();
        await admin.Locator("dialog[open] input[type=number]").First.FillAsync("1.1");
        await admin.Locator("dialog[open] input[type=number]").Last.FillAsync("0");
        await admin.AgreeAsync("a trial");
        await Row(admin, "DiskFull").Locator(".chip:has-text('changed')").WaitForAsync();

        var (viewer, _) = await console.OpenAsync("vera");
        await console.GoAsync(viewer, "admin/alerts");
        var muted = viewer.Locator("tr[data-alert=DiskFull]");
        await muted.WaitForAsync();
        await viewer.RefusesAsync(muted.GetByRole(AriaRole.Button, new() { Name = "Silence…" }));
        await viewer.RefusesAsync(muted.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }));
        await viewer.Context.CloseAsync();

        var (page, _) = await console.OpenAsync("otto");
        await console.GoAsync(page, "admin/alerts");
        await page.Locator("tr[data-alert=DiskFull]").FocusAsync();
        await page.Keyboard.PressAsync("s");
        await page.AgreeAsync("the disk is being changed");
        await page.Locator("dialog[open]:has-text('It mutes 1 of what fires now')").WaitForAsync();
        await page.AgreeAsync();
        await page.ToldAsync("Silenced on 1 of 1 node.");
        await console.GoAsync(page, "admin/alerts?tab=silenced");
        await page.Locator("tr[data-alert=DiskFull]").WaitForAsync();
        await Row(page, "the disk is being changed").GetByRole(AriaRole.Button, new() { Name = "Expire" }).ClickAsync();
        await page.Locator("tr[data-alert=DiskFull]").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await page.Context.CloseAsync();

        await Row(admin, "DiskFull").GetByRole(AriaRole.Button, new() { Name = "Reset" }).ClickAsync();
        await Row(admin, "DiskFull").Locator(".chip:has-text('changed')").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Empty(complaints);
        await admin.Context.CloseAsync();
        await console.AuditedAsync("otto", "alert.silence", "alertname=DiskFull");
    }

    [Fact]
    public async Task Worker_DrainedStartedAndRestarted_IsShownAsItGoes()
    {
        var (viewer, _) = await console.OpenAsync("vera");
        await console.GoAsync(viewer, "admin/workers");
        foreach (var name in new[] { "Restart…", "Drain…", "Stop…" })
        {
            await viewer.RefusesAsync(viewer.WorkerRow("w2").GetByRole(AriaRole.Button, new() { Name = name }));
        }

        await viewer.Context.CloseAsync();

        var (page, complaints) = await console.OpenAsync("otto");
        await console.GoAsync(page, "admin/workers");
        await page.RefusesAsync(page.GetByRole(AriaRole.Button, new() { Name = "Restart all…" }));
        await page.WorkerRow("w2").GetByRole(AriaRole.Button, new() { Name = "Drain…" }).ClickAsync();
        await page.AgreeAsync();
        await page.WorkerRow("w2").Locator(".mark:has-text('stopped')").WaitForAsync();
        await page.WorkerRow("w2").GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await page.WorkerRow("w2").Locator(".mark:has-text('healthy')").WaitForAsync();

        var before = await page.WorkerRow("w2").Locator("td").Nth(2).InnerTextAsync();
        await page.WorkerRow("w2").GetByRole(AriaRole.Button, new() { Name = "Restart…" }).ClickAsync();
        await page.AgreeAsync();
        await page.WaitForFunctionAsync(
            "before => { const row = document.querySelector('tr[data-worker=w2]'); return row.cells[2].innerText.trim() > '0' && row.cells[2].innerText !== before && row.innerText.includes('healthy'); }", before);
        Assert.Equal(2, console.Server.WorkerIds().Count);
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("otto", "worker.drain", "w2");
        await console.AuditedAsync("otto", "worker.restart", "w2");
    }

    [Fact]
    public async Task User_Traced_IsFollowedAlsoByWorkersThatWereRestartedMeanwhile()
    {
        var user = $"traced-{Guid.CreateVersion7():N}"[..20];
        await using (await StockClient.ConnectedAsync(console.Server.Url, user, "before"))
        {
            var (viewer, _) = await console.OpenAsync("vera");
            await console.GoAsync(viewer, $"admin/user?id={user}");
            await viewer.RefusesAsync(viewer.GetByRole(AriaRole.Button, new() { Name = "Trace for 10 min…" }));
            await viewer.Context.CloseAsync();
        }

        var (page, complaints) = await console.OpenAsync("otto");
        await console.GoAsync(page, $"admin/user?id={user}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Trace for 10 min…" }).ClickAsync();
        await page.AgreeAsync("it loses messages");
        await page.Locator(".mark:has-text('ends by itself')").WaitForAsync();

        // Under the pointer, where the question was answered, rows would stay as they are.
        await page.Mouse.MoveAsync(0, 0);
        var steps = page.Locator("section[aria-label=Trace] tbody tr");
        await using (await StockClient.ConnectedAsync(console.Server.Url, user, "phone"))
        {
            await steps.Filter(new() { HasText = "phone" }).First.WaitForAsync();
        }

        await steps.Filter(new() { HasText = "phone" }).Filter(new() { HasText = "disconnected" }).WaitForAsync();

        // A new process learns of it from whoever looks.
        var (looking, _) = await console.OpenAsync();
        await console.GoAsync(looking, "admin/workers");
        var killed = int.Parse(await looking.WorkerRow("w1").Locator("td").Nth(2).InnerTextAsync(), System.Globalization.CultureInfo.InvariantCulture);
        await looking.Context.CloseAsync();
        Assert.True(Signals.Send(killed, Signal.Kill));
        await Eventually.TrueAsync(() => console.Server.WorkerIds() is { Count: 2 } now && !now.Contains(killed), "there is another worker");
        await console.Server.WaitUntilReadyAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await using var client = await StockClient.ConnectedAsync(console.Server.Url, user, "tablet");
                return await steps.Filter(new() { HasText = "tablet" }).Filter(new() { HasText = "w1" }).CountAsync() > 0;
            },
            "a connection to the new worker is noted");
        await page.GetByRole(AriaRole.Button, new() { Name = "End the trace" }).ClickAsync();
        await page.Locator("section[aria-label=Trace] [role=status]:has-text('Ended')").WaitForAsync();
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("otto", "user.trace", "it loses messages");
    }

    private static ILocator Row(IPage page, string text) => page.Locator("tr[data-row]", new() { HasText = text });
}
