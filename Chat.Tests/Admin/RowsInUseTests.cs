using Bunit;
using Chat.Admin.Pages;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;

namespace Chat.Tests.Admin;

/// <summary>While somebody is at a table, by pointer or by keyboard, its rows stay where they are; new ones are counted.</summary>
public sealed class RowsInUseTests
{
    public static TheoryData<string, string> Tables { get; } = new()
    {
        { "/admin/conversations", "mouseenter" },
        { "/admin/conversations", "focusin" },
        { "/admin/alerts", "mouseenter" },
        { "/admin/alerts", "focusin" },
        { "/admin/audit", "mouseenter" },
        { "/admin/audit", "focusin" },
        { "/admin/user?id=u1", "mouseenter" },
        { "/admin/user?id=u1", "focusin" },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Rows_InUse_StayAndNewOnesAreCounted(string address, string entered)
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        Fill(bed, "first");
        var page = PagesTests.Open(bed, address);
        page.WaitForAssertion(() => Assert.Equal(1, Rows(page, "first")));
        await ScrollOf(page).TriggerEventAsync($"on{entered}", entered == "focusin" ? new Microsoft.AspNetCore.Components.Web.FocusEventArgs() : new Microsoft.AspNetCore.Components.Web.MouseEventArgs());

        Fill(bed, "second", "first");
        Tick(bed);
        page.WaitForAssertion(() => Assert.Equal("1 new – show", page.Find(".news").TextContent));
        Assert.Equal((1, 0), (Rows(page, "first"), Rows(page, "second")));

        await page.Find(".news").ClickAsync(new());
        Assert.Equal((1, 1), (Rows(page, "first"), Rows(page, "second")));
        Assert.Empty(page.FindAll(".news"));

        await ScrollOf(page).TriggerEventAsync(entered == "focusin" ? "onfocusout" : "onmouseleave", entered == "focusin" ? new Microsoft.AspNetCore.Components.Web.FocusEventArgs() : new Microsoft.AspNetCore.Components.Web.MouseEventArgs());
        Fill(bed, "third", "second", "first");
        Tick(bed);
        page.WaitForAssertion(() => Assert.Equal(1, Rows(page, "third")));
    }

    [Fact]
    public async Task Alert_EndsUnderThePointer_StaysAndIsMarked()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        Fill(bed, "first", "second");
        var page = PagesTests.Open(bed, "/admin/alerts");
        await ScrollOf(page).TriggerEventAsync("onmouseenter", new Microsoft.AspNetCore.Components.Web.MouseEventArgs());
        Fill(bed, "second");
        Tick(bed);
        page.WaitForAssertion(() => Assert.Contains("first", page.Find("tr.gone").TextContent));
    }

    [Fact]
    public async Task Audit_OtherRowsAskedFor_AreShownAtOnce()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        Fill(bed, "first");
        var page = PagesTests.Open(bed, "/admin/audit");
        await ScrollOf(page).TriggerEventAsync("onfocusin", new Microsoft.AspNetCore.Components.Web.FocusEventArgs());
        Fill(bed, "second");
        await page.Find("input[aria-label=Actor]").ChangeAsync(new() { Value = "second" });
        page.WaitForAssertion(() => Assert.Equal((0, 1), (Rows(page, "first"), Rows(page, "second"))));
    }

    private static AngleSharp.Dom.IElement ScrollOf(IRenderedComponent<DynamicComponent> page) => page.FindAll(".scroll").Last();

    private static int Rows(IRenderedComponent<DynamicComponent> page, string word) => page.FindAll(".scroll").Last().QuerySelectorAll("tbody tr[data-row]").Count(r => r.TextContent.Contains(word, StringComparison.Ordinal));

    private static void Tick(AdminBed bed)
    {
        bed.Time.Advance(TimeSpan.FromSeconds(4));
        bed.Viewer.CatchUp();
    }

    // Newest first, as the servers answer.
    private static void Fill(AdminBed bed, params string[] words)
    {
        bed.Api.Answer(ManagementRoutes.Conversations, new Page<ConversationView>
        {
            Items = [.. words.Select(w => new ConversationView { Id = w, Kind = "group", Policy = "durable" })], Total = words.Length, Number = 1, Size = 25,
        });
        bed.Api.Answer(ManagementRoutes.Alerts, new AlertsAnswer { Firing = [.. words.Select(w => Samples.Alert(w) with { Fingerprint = w })] });
        bed.Api.Answer(ManagementRoutes.Audit, new Stretch<AuditEntry>
        {
            Items = [.. words.Select((w, i) => new AuditEntry { Number = words.Length - i, At = Samples.Now, Actor = w, Role = "admin", Action = "a", Object = "o", Result = "done" })],
        });
        bed.Api.Answer(ManagementRoutes.Users + "/u1/trace", Samples.Trace() with
        {
            Before = 0, Steps = [.. words.Reverse().Select((w, i) => new UserTraceStep { At = Samples.Now.AddSeconds(i), What = "connected", Device = w, Worker = "w1" })],
        });
    }
}
