using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Export;
using Chat.Admin.Pages;
using Chat.Admin.Parts;
using Chat.Admin.Parts.Dialogs;
using Chat.Admin.ServerApi;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Admin;

/// <summary>The history of alerts, trials of channels, and how long a silence lasts.</summary>
public sealed class AlertPagesTests
{
    private const string HistoryPage = "/admin/alerts?tab=history";

    [Fact]
    public async Task History_ChosenTime_IsAskedForAndExported()
    {
        await using var bed = new AdminBed(Role.Operator);
        Samples.Fill(bed.Api);
        var page = Open(bed, HistoryPage);
        await page.FindAll("input[type=datetime-local]")[0].ChangeAsync(new() { Value = "2026-11-26T10:00" });
        await page.FindAll("input[type=datetime-local]")[1].ChangeAsync(new() { Value = "2026-11-26T11:30" });
        Assert.EndsWith("?since=2026-11-26T10%3A00Z&until=2026-11-26T11%3A30Z", bed.Api.Gets.Last(g => g.PathAndQuery.StartsWith(ManagementRoutes.AlertHistory, StringComparison.Ordinal)).PathAndQuery);
        Assert.Contains(page.FindAll("a.button"), a => a.GetAttribute("href")!.EndsWith("alerts.csv?since=2026-11-26T10%3A00Z&until=2026-11-26T11%3A30Z", StringComparison.Ordinal));
        Assert.Equal("2026-11-26T10:00", page.FindAll("input[type=datetime-local]")[0].GetAttribute("value"));

        await page.FindAll("input[type=datetime-local]")[0].ChangeAsync(new() { Value = "" });
        Assert.DoesNotContain("since", bed.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task Export_OfTheHistory_IsFilteredAsThePageIs()
    {
        await using var bed = new AdminBed(Role.Operator);
        Samples.Fill(bed.Api);
        var query = new PageQuery(1, 100, "", new Dictionary<string, string> { ["rule"] = "QueueOld", ["until"] = "2026-11-26T11:30Z" });
        var rows = new ExportRows(most: 10, CancellationToken.None);
        await ExportTable.Find("alerts")!.ReadAsync(rows, bed.Services.GetRequiredService<Fleet>(), query, Role.Operator);
        Assert.Equal(1, rows.Count);
        Assert.Equal($"{ManagementRoutes.AlertHistory}?rule=QueueOld&until=2026-11-26T11%3A30Z", bed.Api.Gets.Single().PathAndQuery);
    }

    [Fact]
    public async Task History_AlertOpened_ShowsItsTimelineRunbookAndNote()
    {
        await using var bed = new AdminBed(Role.Viewer);
        bed.Api.Answer(ManagementRoutes.AlertHistory, new AlertHistoryAnswer
        {
            Items = [Ended(1) with { Acknowledged = new("otto", Samples.Now, "disk was full"), Timeline = [new(Samples.Now.AddMinutes(-1), "firing"), new(Samples.Now, "resolved")] }],
        });
        var page = Open(bed, HistoryPage);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-open]")));
        page.Find("[data-open]").Click();
        Assert.Contains("otto, 2026-11-26 12:00:00Z: disk was full", page.Markup);
        Assert.Equal("docs/operations.md#queueold", page.Find("code").TextContent);
        Assert.EndsWith("resolved", page.FindAll(".timeline li").Last().TextContent);
        page.Find("[data-open]").Click();
        Assert.Empty(page.FindAll(".timeline"));
    }

    [Fact]
    public async Task History_MoreThanAPage_IsTurnedToTheLast()
    {
        await using var bed = new AdminBed(Role.Viewer);
        bed.Api.Answer(ManagementRoutes.AlertHistory, new AlertHistoryAnswer { Items = [.. Enumerable.Range(0, AlertHistory.PageSize * 2 + 30).Select(Ended)] });
        var page = Open(bed, HistoryPage);
        page.WaitForAssertion(() => Assert.Contains("230 ended, page 1 of 3", page.Find(".pager").TextContent));
        Assert.Equal(AlertHistory.PageSize, page.FindAll("tbody tr").Count);
        Assert.True(Button(page, "Newer").HasAttribute("disabled"));
        await Button(page, "Older").ClickAsync(new());
        await Button(page, "Older").ClickAsync(new());
        Assert.Contains("page 3 of 3", page.Find(".pager").TextContent);
        Assert.Equal(30, page.FindAll("tbody tr").Count);
        Assert.True(Button(page, "Older").HasAttribute("disabled"));
    }

    [Theory]
    [InlineData(true, "got through")]
    [InlineData(false, "the receiver answered 500")]
    public async Task Channel_Tried_SaysInItsRowWhatBecameOfIt(bool works, string told)
    {
        await using var bed = new AdminBed(Role.Operator);
        Samples.Fill(bed.Api, "pager");
        bed.Api.Answer($"{ManagementRoutes.Root}/channels/pager/test", works
            ? new ActionResult { Outcome = ActionOutcomes.Done, Text = "It got through." }
            : new Chat.Contracts.ChatError("conflict", told, Retryable: false));
        var page = Open(bed, "/admin/alerts?tab=channels");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("tr[data-row]")));
        var trying = Button(page, "Test…").ClickAsync(new());
        bed.Desk.Answer(new Consent(""));
        await trying;
        Assert.Equal($"{told} 00:00:00Z", page.Find("tr[data-row] [role=status]").TextContent);
        Assert.Equal(works, page.Find("tr[data-row] [role=status] .mark").ClassList.Contains("good"));
    }

    [Theory]
    [InlineData("90", "minutes", 1.5)]
    [InlineData("7", "days", 168.0)]
    [InlineData("8", "days", null)]
    [InlineData("0", "hours", null)]
    [InlineData("999999999999", "days", null)]
    public async Task Silence_OfAnotherTime_LastsSoLongOrIsRefused(string number, string unit, double? hours)
    {
        await using var bed = new AdminBed();
        var draft = SilenceDraft.For(Samples.Alert());
        var fields = bed.Render<SilenceFields>(p => p.Add(f => f.Draft, draft));
        Assert.Equal(Samples.Now.AddHours(1), draft.ToRequest("", Samples.Now).EndsAt);
        fields.Find("select").Change(SilenceDraft.Custom);
        fields.Find("input[type=number]").Change(number);
        fields.FindAll("select")[1].Change(unit);
        Assert.Equal(hours is null, draft.Problem() is not null);
        if (hours is { } length)
        {
            Assert.Equal(Samples.Now.AddHours(length), draft.ToRequest("", Samples.Now).EndsAt);
        }
    }

    [Fact]
    public async Task Audit_ChosenTime_IsAskedForAndExported()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        var page = bed.Open(typeof(Audit), "/admin/audit?since=2026-11-26T10:00Z");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("tbody tr")));
        Assert.Contains("since=2026-11-26T10%3A00Z", bed.Api.Gets.Last().PathAndQuery);
        Assert.Equal("2026-11-26T10:00", page.Find("input[type=datetime-local]").GetAttribute("value"));
        Assert.Contains(page.FindAll("a.button"), a => a.GetAttribute("href")!.Contains("since=2026-11-26T10%3A00Z", StringComparison.Ordinal));
        await page.FindAll("input[type=datetime-local]")[1].ChangeAsync(new() { Value = "2026-11-27T00:00" });
        Assert.Contains("until=2026-11-27T00%3A00Z", bed.Services.GetRequiredService<NavigationManager>().Uri);
    }

    private static AlertView Ended(int number) => Samples.Alert() with { Fingerprint = $"f{number}", Phase = "resolved", ResolvedAt = Samples.Now.AddSeconds(-number) };

    private static IRenderedComponent<DynamicComponent> Open(AdminBed bed, string address) => bed.Open(typeof(Chat.Admin.Pages.Alerts), address);

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<DynamicComponent> page, string text) => page.FindAll("button").Single(b => b.TextContent == text);
}
