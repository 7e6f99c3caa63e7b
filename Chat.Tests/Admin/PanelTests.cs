using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Admin.Parts;
using Chat.Contracts.Management;

namespace Chat.Tests.Admin;

/// <summary>What panels and tiles say of their state: since when, how old, how bad, and of how many.</summary>
public sealed class PanelTests
{
    [Fact]
    public async Task Panel_Fails_SaysSinceWhenAndHowOldItsValuesAre()
    {
        await using var bed = new AdminBed();
        var panel = bed.Render<Panel>(p => p.Add(x => x.Title, "Numbers").AddChildContent("17"));
        bed.Time.Advance(TimeSpan.FromSeconds(10));
        panel.Render(p => p.Add(x => x.Error, "The node does not answer."));
        Assert.Equal("The node does not answer. failed since 00:00:10Z", panel.Find("[role=alert]").TextContent);

        bed.Time.Advance(TimeSpan.FromSeconds(4));
        panel.Render();
        Assert.Contains("failed since 00:00:10Z", panel.Find("[role=alert]").TextContent);
        Assert.Contains("stale, 14 s", panel.Find(".panel-error").TextContent);

        // The age is not in what is read out again when it changes.
        Assert.DoesNotContain("14 s", panel.Find("[role=alert]").TextContent);
        Assert.Contains("17", panel.Markup);

        panel.Render(p => p.Add(x => x.Error, null));
        Assert.Empty(panel.FindAll(".panel-error"));
        bed.Time.Advance(TimeSpan.FromSeconds(1));
        panel.Render(p => p.Add(x => x.Error, "Again."));
        Assert.Contains("failed since 00:00:15Z", panel.Find("[role=alert]").TextContent);
    }

    [Fact]
    public async Task Page_ReadingFails_AgeIsThatOfTheLastGoodReading()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        bed.Viewer.Connect();
        var page = bed.Open(typeof(WorkerPage), "/admin/workers/w1", "w1");
        bed.Api.Down.Add("node-1");
        bed.Time.Advance(TimeSpan.FromSeconds(7));
        bed.Push();
        page.WaitForAssertion(() => Assert.Contains("stale, 7 s", page.Find(".panel-error").TextContent));
        Assert.Contains("failed since 00:00:07Z", page.Find("[role=alert]").TextContent);
    }

    [Fact]
    public async Task Overview_NotAllWorkersTell_SaysPartial()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview() with { Partial = new() { Asked = 3, Answered = 2, Missing = [new("w2", "It is crashed.")], Text = "2 of 3 workers answered" } });
        var page = bed.Open(typeof(Chat.Admin.Pages.Overview), "/admin");
        Assert.Equal("partial: 2 of 3 workers answered", page.Find(".page-head .partial").TextContent);
        Assert.Equal("w2: It is crashed.", page.Find(".page-head .partial .mark").GetAttribute("title"));
    }

    [Theory]
    [InlineData(Level.Warn, "warning")]
    [InlineData(Level.Bad, "critical")]
    [InlineData(Level.Good, "good")]
    public async Task Tile_Level_IsToldWithoutItsColour(Level level, string word)
    {
        await using var bed = new AdminBed();
        var tile = bed.Render<Tile>(p => p.Add(t => t.Name, "Queue").Add(t => t.Value, "7").Add(t => t.Level, level));
        Assert.Equal(word, tile.Find(".tile-level .mark").TextContent);
        Assert.NotEmpty(tile.FindAll(".tile-level svg path"));
    }

    [Fact]
    public async Task Rows_SlowLaggingOrStderr_AreToldWithoutTheirColour()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        bed.Api.Answer(ManagementRoutes.Connections, new Page<ConnectionView> { Items = [new() { Id = "c1", User = "u", Device = "d", Slow = true }], Total = 1, Number = 1, Size = 25 });
        bed.Api.Answer(ManagementRoutes.Conversations + "/c1/members", new Page<MemberView> { Items = [new() { User = "u", Role = "member", Lag = 4000 }], Total = 1, Number = 1, Size = 25 });
        var connections = bed.Open(typeof(Connections), "/admin/connections");
        connections.WaitForAssertion(() => Assert.Equal("slow", connections.Find("tr.warn .mark").TextContent));
        bed.Api.Answer(ManagementRoutes.Users + "/u1", new UserDetail { User = new() { Id = "u1", State = UserStates.Online }, Connections = [new() { Id = "c1", User = "u1", Device = "d", Slow = true }] });
        var user = bed.Open(typeof(UserPage), "/admin/user?id=u1");
        user.WaitForAssertion(() => Assert.Equal("slow", user.Find("tr[data-row] .mark").TextContent));
        var members = bed.Open(typeof(ConversationPage), "/admin/conversation?id=c1");
        members.WaitForAssertion(() => Assert.Equal("far behind", members.Find("tr.warn .mark").TextContent));
        var worker = bed.Open(typeof(WorkerPage), "/admin/workers/w1", "w1");
        worker.WaitForAssertion(() => Assert.Equal("stderr", worker.Find(".log .err abbr").TextContent));
    }

    [Fact]
    public async Task Health_StatesChange_TheyAloneAreReadOut()
    {
        await using var bed = new AdminBed(Role.Viewer);
        Samples.Fill(bed.Api);
        bed.Viewer.Connect();
        var page = bed.Open(typeof(Chat.Admin.Pages.Health), "/healthchecks-ui");
        page.WaitForAssertion(() => Assert.Equal("node-1 degraded", page.Find("p[role=status]").TextContent));
        Assert.Empty(page.FindAll("[aria-live] table, [role=status] table"));

        bed.Api.Answer(ManagementRoutes.Health, new HealthAnswer { Status = HealthStatuses.Unhealthy, LastChecked = Samples.Now, Checks = [new() { Name = "database", Status = HealthStatuses.Unhealthy }] });
        bed.Time.Advance(TimeSpan.FromSeconds(3));
        bed.Push();
        page.WaitForAssertion(() => Assert.Equal("node-1 unhealthy, database unhealthy", page.Find("p[role=status]").TextContent));
    }

    [Fact]
    public async Task Health_AllExpanded_ShowsEachHistoryAndTheBrowsersOwnTime()
    {
        await using var bed = new AdminBed(Role.Viewer);
        Samples.Fill(bed.Api);
        bed.Viewer.ClockOffset = TimeSpan.FromHours(2);
        var page = bed.Open(typeof(Chat.Admin.Pages.Health), "/healthchecks-ui");
        page.WaitForAssertion(() => Assert.Contains("last execution 14:00:00 (12:00:00Z)", page.Markup));
        Assert.Empty(page.FindAll(".timeline"));
        var all = page.FindAll("button").Single(b => b.TextContent == "Expand all");
        all.Click();
        Assert.Single(page.FindAll(".timeline"));
        page.FindAll("button").Single(b => b.TextContent == "Collapse all").Click();
        Assert.Empty(page.FindAll(".timeline"));
    }
}
