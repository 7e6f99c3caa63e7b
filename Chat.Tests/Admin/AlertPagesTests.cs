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
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("input[type=datetime-local]").Count(i => i.GetAttribute("value")?.Length > 0)));
        Assert.EndsWith("?since=2026-11-26T10%3A00Z&until=2026-11-26T11%3A30Z", bed.Api.Gets.Last(g => g.PathAndQuery.StartsWith(ManagementRoutes.AlertHistory, StringComparison.Ordinal)).PathAndQuery);
        Assert.Contains(page.FindAll("a.button"), a => a.GetAttribute("href")!.StartsWith("/admin/export/alerts.csv?since=2026-11-26T10%3A00Z&until=2026-11-26T11%3A30Z", StringComparison.Ordinal));
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
        await ExportTable.Find("alerts")!.ReadAsync(rows, new ExportSources(bed.Services.GetRequiredService<Fleet>(), bed.Users), query, Role.Operator);
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
        bed.Api.Answer(ManagementRoutes.AlertHistory, new AlertHistoryAnswer { Items = [.. Enumerable.Range(0, 60).Select(Ended)] });
        var page = Open(bed, HistoryPage);
        page.WaitForAssertion(() => Assert.Contains("1–25 of 60", page.Find(".pager").TextContent));
        Assert.Equal(25, page.FindAll("tbody tr").Count);
        await Button(page, "Next").ClickAsync(new());
        await Button(page, "Next").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Contains("51–60 of 60", page.Find(".pager").TextContent));
        Assert.Equal(10, page.FindAll("tbody tr").Count);
        Assert.True(Button(page, "Next").HasAttribute("disabled"));
    }

    [Fact]
    public async Task History_OrderedAndSearched_ShowsTheRowsInThatOrder()
    {
        await using var bed = new AdminBed(Role.Viewer);
        bed.Api.Answer(ManagementRoutes.AlertHistory, new AlertHistoryAnswer
        {
            Items = [Ended(1) with { Rule = "DiskFull", Severity = "critical" }, Ended(2) with { Rule = "QueueOld" }, Ended(3) with { Rule = "DatabaseSlow" }],
        });
        var page = Open(bed, HistoryPage + "&sort=rule");
        page.WaitForAssertion(() => Assert.Equal(["DatabaseSlow", "DiskFull", "QueueOld"], page.FindAll("td b").Select(b => b.TextContent)));
        await page.Find("select[aria-label=Severity]").ChangeAsync(new() { Value = "warning" });
        page.WaitForAssertion(() => Assert.Equal(["DatabaseSlow", "QueueOld"], page.FindAll("td b").Select(b => b.TextContent)));
        await page.Find("input[type=search]").ChangeAsync(new() { Value = "queue" });
        page.WaitForAssertion(() => Assert.Equal(["QueueOld"], page.FindAll("td b").Select(b => b.TextContent)));
    }

    [Fact]
    public async Task Row_SaysWhoWasToldAndDrawsTheValueBesideItsThreshold()
    {
        await using var bed = new AdminBed(Role.Viewer, "north", "south");
        var alert = Samples.Alert() with { Trace = new(Samples.Now.AddMinutes(-1), 10, [30, null, 90]) };
        bed.Api.Answer(ManagementRoutes.Alerts, new AlertsAnswer
        {
            Firing = [alert with { Notifications = [Told("pager", "sent", 1) with { At = Samples.Now.AddMinutes(-9) }, Told("pager", "failed", 5) with { Problem = "the receiver answered 500" }, Told("log", "sent", 1)] }],
        });
        var page = Open(bed, "/admin/alerts");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("tr[data-row]")));
        Assert.Equal(["north log sent", "north pager failed", "south log sent", "south pager failed"], page.FindAll("tr[data-row] .mark").Select(m => m.TextContent).Where(t => t.Contains(' ')).Order());
        Assert.Contains("given up at 2026-11-26 12:00:00Z after 5 attempts: the receiver answered 500", page.FindAll("tr[data-row] .mark.bad").First().GetAttribute("title"));
        var line = page.Find("svg.bound");
        Assert.Equal("The last 30 s: 30 s to 1 min 30 s, threshold 1 min", line.GetAttribute("aria-label"));

        // A gap: two strokes, not one that touches zero.
        Assert.Equal(2, line.QuerySelectorAll("path").Last().GetAttribute("d")!.Count(c => c == 'M'));
    }

    [Fact]
    public async Task Detail_IsInTheAddressAndTellsRuleTimelineToldAndRelated()
    {
        await using var bed = new AdminBed(Role.Viewer);
        var alert = Samples.Alert("w1") with { InhibitedBy = "DatabaseUnavailable", Notifications = [Told("pager", "waiting", 2) with { Problem = "no answer within 10 s" }] };
        bed.Api.Answer(ManagementRoutes.Alerts, new AlertsAnswer
        {
            Firing =
            [
                alert,
                Samples.Alert() with { Fingerprint = "cause", Rule = "DatabaseUnavailable", StartsAt = Samples.Now.AddHours(-1), Labels = new Dictionary<string, string>() },
                Samples.Alert("w1") with { Fingerprint = "beside", Rule = "MemoryHigh", StartsAt = Samples.Now.AddHours(-2) },
                Samples.Alert("w2") with { Fingerprint = "stranger", Rule = "DiskFull", StartsAt = Samples.Now.AddHours(-3) },
            ],
            Pending = [Samples.Alert("w2") with { Fingerprint = "late", Rule = "DatabaseSlow", Phase = "pending" }],
            Rules = [new() { Name = "QueueOld", Severity = "warning", Summary = "It waits long.", Unit = "s", Settings = new() { Enabled = true, Threshold = 60, ForSeconds = 15, ResolveThreshold = 50, KeepFiringSeconds = 120 } }],
        });
        var page = Open(bed, "/admin/alerts");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-open]")));
        await page.FindAll("tr[data-alert=QueueOld] [data-open]").Single().ClickAsync(new());
        Assert.EndsWith("open=f1", bed.Services.GetRequiredService<NavigationManager>().Uri);
        var detail = page.Find("tr.details").TextContent;
        Assert.Contains("Fires when the value is > 1 min for 15 s; ends when it is ≤ 50 s for 2 min.", detail);
        Assert.Contains("while DatabaseUnavailable fires", detail);
        Assert.Contains("pager that it fires, waiting after 2 attempts: no answer within 10 s", detail);
        Assert.Equal(
            ["/admin/alerts?open=cause its cause: while that fires, this one is not told", "/admin/alerts?open=beside the same worker=w1", "/admin/alerts?tab=pending&open=late began at the same time"],
            page.FindAll("tr.details .plain li").Select(l => $"{l.QuerySelector("a")!.GetAttribute("href")} {l.QuerySelector(".dim")!.TextContent}"));

        var other = Open(bed, "/admin/alerts?tab=pending&open=late");
        other.WaitForAssertion(() => Assert.Contains("it does not fire yet", other.Find("tr.details").TextContent));
    }

    [Theory]
    [InlineData("alerts-firing", "DiskFull")]
    [InlineData("alerts-pending", "QueueOld")]
    [InlineData("silences", "by-otto")]
    [InlineData("rules", "DiskFull")]
    [InlineData("channels", "pager")]
    public async Task Export_OfWhatIsOpen_HasTheRowsThatThePageShows(string name, string found)
    {
        await using var bed = new AdminBed(Role.Operator, "north", "south");
        bed.Api.Down.Add("south");
        bed.Api.Answer(ManagementRoutes.Alerts, new AlertsAnswer
        {
            Firing = [Samples.Alert() with { Rule = "DiskFull", Trace = new(Samples.Now, 10, [1]) }, Samples.Alert() with { Fingerprint = "f2", Rule = "QueueOld" }],
            Pending = [Samples.Alert() with { Phase = "pending" }],
            Silences = [new() { Id = "s1", State = "active", Matchers = [new("a", "=", "b")], Author = "by-otto" }, new() { Id = "s2", State = "active", Matchers = [], Author = "else" }],
            Rules = [new() { Name = "DiskFull", Severity = "critical" }, new() { Name = "QueueOld", Severity = "warning" }],
            Channels = [new() { Name = "pager" }, new() { Name = "log" }],
        });
        var rows = new ExportRows(most: 10, CancellationToken.None);
        var query = new PageQuery(1, 100, "", new Dictionary<string, string> { ["q"] = found });
        await ExportTable.Find(name)!.ReadAsync(rows, new ExportSources(bed.Services.GetRequiredService<Fleet>(), bed.Users), query, Role.Operator);
        var file = rows.ToFile();
        Assert.Equal(1, rows.Count);
        Assert.Contains(found, file[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("north", file[0].GetProperty("node").GetString());
        Assert.Equal("1 of 2 nodes answered", file[^1].GetProperty("incomplete").GetString());
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

    private static NotificationView Told(string channel, string result, int attempts) => new()
    {
        Channel = channel, Of = "firing", Result = result, Attempts = attempts, At = Samples.Now.AddMinutes(-1), EndedAt = result == "waiting" ? null : Samples.Now,
    };

    private static AlertView Ended(int number) => Samples.Alert() with { Fingerprint = $"f{number}", Phase = "resolved", ResolvedAt = Samples.Now.AddSeconds(-number) };

    private static IRenderedComponent<DynamicComponent> Open(AdminBed bed, string address) => bed.Open(typeof(Chat.Admin.Pages.Alerts), address);

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<DynamicComponent> page, string text) => page.FindAll("button").Single(b => b.TextContent == text);
}
