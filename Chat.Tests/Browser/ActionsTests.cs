using System.Net;
using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>The rarer actions, each from its button to what it does to the server and to the audit log.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class ActionsTests(ConsoleFixture console)
{
    [Fact]
    public async Task User_DisconnectedEverywhereBlockedAndUnblocked_IsOutAndMayComeBack()
    {
        var user = $"rude-{Guid.CreateVersion7():N}"[..20];
        await using var phone = await StockClient.ConnectedAsync(console.Server.Url, user, "phone");
        await using var tablet = await StockClient.ConnectedAsync(console.Server.Url, user, "tablet");
        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, $"admin/user?id={user}");

        await Button(page, "Disconnect everywhere…").ClickAsync();
        await page.AgreeAsync("calm down");
        foreach (var client in new[] { phone, tablet })
        {
            Assert.Equal("calm down", (await client.WaitForNoticeAsync(NoticeKinds.Bye)).Reason);
            await client.Closed;
        }

        await Button(page, "Block…").ClickAsync();
        await page.Locator("dialog[open] input[type=text]").FillAsync(user);
        await page.AgreeAsync("it did not help");
        await Button(page, "Unblock…").WaitForAsync();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => StockClient.ConnectedAsync(console.Server.Url, user, "phone"));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);

        await Button(page, "Unblock…").ClickAsync();
        await page.AgreeAsync("said sorry");
        await Button(page, "Block…").WaitForAsync();
        await Eventually.TrueAsync(() => StockClient.CanConnectAsync(console.Server.Url, user), "who was blocked may connect again");
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("ada", "user.disconnect", "calm down");
        await console.AuditedAsync("ada", "user.block", "it did not help");
        await console.AuditedAsync("ada", "user.unblock", "said sorry");
    }

    [Fact]
    public async Task Workers_OneStoppedAndAllRestarted_AreServingAgain()
    {
        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, "admin/workers");
        await Button(page.WorkerRow("w2"), "Stop…").ClickAsync();
        await page.AgreeAsync();
        await page.WorkerRow("w2").Locator(".mark:has-text('stopped')").WaitForAsync();
        Assert.Single(console.Server.WorkerIds());
        await Button(page.WorkerRow("w2"), "Start").ClickAsync();
        await page.WorkerRow("w2").Locator(".mark:has-text('healthy')").WaitForAsync();

        var before = console.Server.WorkerIds();
        await Button(page, "Restart all…").ClickAsync();
        var agree = page.Locator("dialog[open] button[type=submit]");
        await agree.WaitForAsync();
        Assert.True(await agree.IsDisabledAsync());
        await page.Locator("dialog[open] input[type=text]").FillAsync("restart 2");
        await page.AgreeAsync();
        await Eventually.TrueAsync(() => console.Server.WorkerIds() is { Count: 2 } now && !now.Intersect(before).Any(), "both workers are others now", TimeSpan.FromMinutes(2));
        await page.WorkerRow("w1").Locator(".mark:has-text('healthy')").WaitForAsync();
        await page.WorkerRow("w2").Locator(".mark:has-text('healthy')").WaitForAsync();
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("ada", "worker.stop", "w2");
        await console.AuditedAsync("ada", "worker.restart-all", "worker.restart-all");
    }

    [Fact]
    public async Task Maintenance_BegunAndEnded_IsToldAndTakesNoNewcomersMeanwhile()
    {
        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, "admin/settings");
        await Button(page, "Begin…").ClickAsync();
        await page.AgreeAsync("a new disk");
        await Button(page, "End…").WaitForAsync();
        await page.Locator("text=Maintenance: not ready for newcomers").WaitForAsync();
        await console.Server.WaitForStatusAsync("/ready", HttpStatusCode.ServiceUnavailable);
        await Button(page, "End…").ClickAsync();
        await page.AgreeAsync("the disk is in");
        await Button(page, "Begin…").WaitForAsync();
        await console.Server.WaitUntilReadyAsync();
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("ada", "maintenance", "a new disk");
    }

    [Fact]
    public async Task TestMessage_Published_IsFollowedToTheDeviceThatGotIt()
    {
        var topic = $"test-{Guid.CreateVersion7():N}"[..20];
        await using var subscriber = await StockClient.ConnectedAsync(console.Server.Url, $"reader-{Guid.CreateVersion7():N}", "phone");
        await subscriber.Hub.InvokeAsync<JsonElement>("Subscribe", new { topic });
        await subscriber.PublishAsync(topic, new { first = true });
        await subscriber.Inbox.WaitForCountAsync(1);

        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, $"admin/conversation?id={Uri.EscapeDataString(TopicIds.ConversationOf(topic))}");
        await page.Locator("figure.chart").WaitForAsync();
        await Button(page, "Publish a test message…").ClickAsync();
        await page.AgreeAsync();
        var got = (await subscriber.Inbox.WaitForCountAsync(2))[1];
        Assert.Equal("$operator", got.Sender);
        await page.Locator("a:has-text('Follow the test message')").ClickAsync();
        await page.WaitForURLAsync($"**/admin/trace?id={got.Id}");
        await page.Locator("main:has-text('pushed')").WaitForAsync();
        await page.Locator("main:has-text('acknowledged')").WaitForAsync();
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("ada", "topic.test", topic);
    }

    [Fact]
    public async Task Conversation_LockedOpenedAndSentAgain_RefusesTakesAndRepeats()
    {
        var bobs = $"bob-{Guid.CreateVersion7():N}"[..20];
        await using var alice = await StockClient.ConnectedAsync(console.Server.Url, $"alice-{Guid.CreateVersion7():N}"[..20]);
        await using var bob = await StockClient.ConnectedAsync(console.Server.Url, bobs, "phone");
        var conversation = (await alice.CreateDirectAsync(bobs)).Id;
        Assert.True((await alice.SendAsync(conversation, new { n = 1 })).Ok);
        Assert.True((await alice.SendAsync(conversation, new { n = 2 })).Ok);
        await bob.Arrived.WaitForCountAsync(2);
        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, $"admin/conversation?id={conversation}");

        await Button(page, "Lock…").ClickAsync();
        await page.AgreeAsync("spam everywhere");
        await Button(page, "Unlock…").WaitForAsync();
        await page.Locator("main .mark:has-text('locked')").WaitForAsync();
        Assert.Equal(ErrorCodes.Locked, (await alice.SendAsync(conversation, new { n = 3 })).Error?.Code);
        await Button(page, "Unlock…").ClickAsync();
        await page.AgreeAsync("it has stopped");
        await Button(page, "Lock…").WaitForAsync();
        Assert.Equal(3, (await alice.SendAsync(conversation, new { n = 3 })).Seq);
        await bob.Arrived.WaitForCountAsync(3);

        await Button(page.Locator("main tbody tr", new() { HasText = bobs }), "Send again…").ClickAsync();
        var dialog = page.Locator("dialog[open]");
        await dialog.GetByLabel("From seq").FillAsync("2");
        Assert.True(await dialog.Locator("button[type=submit]").IsDisabledAsync());
        await dialog.GetByLabel("to go on").FillAsync(bobs);
        await page.AgreeAsync();
        Assert.Equal(1, (await bob.WaitForNoticeAsync(NoticeKinds.Again)).Head);
        Assert.Equal([1, 2, 3, 2, 3], (await bob.Arrived.WaitForCountAsync(5)).Select(e => e.Seq));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
        await console.AuditedAsync("ada", "conversation.lock", "spam everywhere");
        await console.AuditedAsync("ada", "conversation.unlock", "it has stopped");
        await console.AuditedAsync("ada", "member.resend", bobs);
    }

    [Fact]
    public async Task AuditLog_VerifiedAndExported_IsWhole()
    {
        var (page, complaints) = await console.OpenAsync();
        await console.GoAsync(page, "admin/settings");
        await console.GoAsync(page, "admin/audit");
        await Button(page, "Verify").ClickAsync();
        await page.Locator("main [role=status] .mark.good").WaitForAsync();

        var file = await page.Context.APIRequest.GetAsync(new Uri(console.Server.ConsoleUrl, "admin/export/audit.csv").ToString());
        Assert.Equal(200, file.Status);
        var lines = (await file.TextAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("action", lines[0], StringComparison.OrdinalIgnoreCase);
        Assert.Contains(lines, line => line.Contains("ada", StringComparison.Ordinal));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocator Button(ILocator within, string name) => within.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });
}
