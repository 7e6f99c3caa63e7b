using AngleSharp.Dom;
using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Frame;
using Chat.Admin.Live;
using Chat.Admin.Pages;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.Hosting;

namespace Chat.Tests.Admin;

/// <summary>What stands around every page: the bar, the list of pages, the banners, and what happens when a page fails.</summary>
public sealed class FrameTests
{
    [Theory]
    [InlineData("Production", Role.Admin, false)]
    [InlineData("Development", Role.Operator, false)]
    [InlineData("Development", Role.Admin, true)]
    public async Task Pages_ListedByEnvironmentAndRole(string environment, Role role, bool playground)
    {
        await using var bed = new AdminBed(role);
        bed.Hosting.EnvironmentName = environment;
        var frame = Open<Quiet>(bed);
        var links = frame.FindAll("nav a[data-go]").Select(a => a.GetAttribute("href")).ToList();
        Assert.Equal(playground, links.Contains("/admin/playground"));
        Assert.Equal(role is Role.Admin, links.Contains("/admin/audit"));
        Assert.Equal(NavItems.For(role, environment == Environments.Development).Count(), links.Count);
        Assert.Equal(environment, frame.Find(".badge").TextContent);
        Assert.Equal(environment == Environments.Production, frame.Find(".badge").ClassList.Contains("prod"));
    }

    [Fact]
    public async Task Bar_NothingHeardYet_KnowsNothing()
    {
        await using var bed = new AdminBed();
        var frame = Open<Quiet>(bed);
        Assert.Equal("unknown", frame.Find(".top .pill").TextContent.Trim());
        Assert.StartsWith("No answer", frame.Find(".state .mark").TextContent);
        Assert.Contains("0/1 node", frame.Find(".top").TextContent);
    }

    [Fact]
    public async Task Bar_PictureComes_ShowsHealthAlertsAndWho()
    {
        await using var bed = new AdminBed(Role.Operator);
        bed.Tell(Samples.Overview("a-reason"));
        var frame = Open<Quiet>(bed);
        Assert.Equal("degraded", frame.Find(".top .pill").TextContent.Trim());
        Assert.Contains("a-reason", frame.Find(".top a[title]").GetAttribute("title"));
        Assert.Equal("1", frame.Find(".bell b").TextContent);
        Assert.True(frame.Find(".bell").ClassList.Contains("warn"));
        Assert.Equal("warning", frame.Find(".bell .mark").TextContent);
        Assert.Equal("1 alert fires, the gravest is warning", frame.Find(".bell").TextContent.Trim());
        Assert.Contains("2/2 workers", frame.Find(".top").TextContent);
        Assert.Equal("Live", frame.Find(".state .mark").TextContent);
        Assert.Contains("someone (Operator)", frame.Find(".menu summary").TextContent);
        Assert.Contains("(1)", frame.Find(".menu a").TextContent);
    }

    [Fact]
    public async Task Bar_PausedAndOff_SaysSoAndGoesOn()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview());
        var frame = Open<Quiet>(bed);
        frame.Find("[data-key=p]").Click();
        frame.WaitForAssertion(() => Assert.Equal("Paused", frame.Find(".state .mark").TextContent));
        frame.Find("[data-key=p]").Click();
        frame.WaitForAssertion(() => Assert.Equal("Live", frame.Find(".state .mark").TextContent));
        frame.Find("select[aria-label=Refresh]").Change("Off");
        frame.WaitForAssertion(() => Assert.Equal("Paused", frame.Find(".state .mark").TextContent));
    }

    [Fact]
    public async Task Node_IsLost_BarAndBannerSaySinceWhenAndTheLastValuesAreGreyed()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview("a-word"));
        bed.Api.Down.Add("node-1");
        var frame = Open<Chat.Admin.Pages.Overview>(bed);
        Assert.Empty(frame.FindAll(".stale"));

        await bed.Sampler.StartAsync(CancellationToken.None);
        frame.WaitForAssertion(() => Assert.Contains("No answer since", frame.Find(".banner.bad").TextContent));
        bed.Time.Advance(TimeSpan.FromSeconds(14));
        bed.Push();
        frame.WaitForAssertion(() => Assert.Equal("No answer for 14 s", frame.Find(".state .live-dot").TextContent));

        // What grows with every second is for the eyes alone: a reader would read it out each time.
        Assert.Equal("No answer", frame.Find(".state .mark").TextContent);
        Assert.Equal("true", frame.Find(".state .dim").GetAttribute("aria-hidden"));
        Assert.DoesNotContain("14 s", frame.Find(".banner .mark").TextContent);
        Assert.Equal(" (14 s)", frame.Find(".banner [aria-hidden=true]:not(svg)").TextContent);
        Assert.Equal("unhealthy", frame.Find(".top .pill").TextContent.Trim());
        frame.WaitForAssertion(() => Assert.NotEmpty(frame.FindAll(".tiles.stale")));
        Assert.Contains(frame.FindAll(".tile-value"), v => v.TextContent.Contains("1\u2009234", StringComparison.Ordinal));
        await bed.Sampler.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task OneNodeOfTwo_IsLost_ItsCellsAreGreyedAndDoNotCountAsServing()
    {
        await using var bed = new AdminBed(Role.Viewer, "north", "south");
        bed.Tell(Samples.Overview(), "north");
        bed.Tell(Samples.Overview(), "south");
        bed.Api.Down.Add("south");
        var frame = Open<Chat.Admin.Pages.Overview>(bed);
        Assert.Contains("2/2 nodes · 4/4 workers", frame.Find(".top").TextContent);
        Assert.Equal(4, frame.FindAll(".cell.good:not(.stale)").Count);

        await bed.Sampler.StartAsync(CancellationToken.None);
        frame.WaitForAssertion(() => Assert.Contains("1/2 nodes · 2/4 workers", frame.Find(".top").TextContent));
        frame.WaitForAssertion(() => Assert.Contains("1 of 2 nodes answered", frame.Find(".page-head").TextContent));
        Assert.Equal(["north w1", "north w2"], frame.FindAll(".cell.good:not(.stale) b").Select(b => b.TextContent));
        Assert.Equal(["south w1", "south w2"], frame.FindAll(".cell.stale b").Select(b => b.TextContent));
        Assert.All(frame.FindAll(".cell.stale .mark"), m => Assert.Equal("no answer", m.TextContent));
        Assert.Equal("2 not known", frame.FindAll(".tile").Single(t => t.QuerySelector(".tile-name")!.TextContent == "Workers").QuerySelector(".tile-note")!.TextContent);
        Assert.All(frame.FindAll("tr.stale"), row => Assert.StartsWith("south ", row.TextContent.Trim()));
        Assert.Equal(3, frame.FindAll("tr.stale").Count);
        await bed.Sampler.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Page_Fails_TheFrameStaysAndItCanBeTriedAgain()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview());
        Failing.Fails = true;
        var frame = Open<Failing>(bed);
        Assert.Contains("This page failed", frame.Find("[role=alert]").TextContent);
        Assert.DoesNotContain("secret", frame.Markup);
        Assert.NotEmpty(frame.FindAll("nav a[data-go]"));

        Failing.Fails = false;
        frame.FindAll("button").Single(b => b.TextContent == "Try again").Click();
        Assert.Contains("all is well", frame.Find("main").TextContent);
    }

    [Theory]
    [InlineData("database", "The database does not answer", "bad")]
    [InlineData("workers", "No worker serves", "bad")]
    [InlineData("redis", "Redis is lost", "warn")]
    [InlineData("draining", "1 worker is draining", "warn")]
    [InlineData("clock", "This clock and the database's differ", "warn")]
    [InlineData("maintenance", "Maintenance", "info")]
    [InlineData("pretended", "A trial until 12:00:30: Redis is pretended to hang.", "warn")]
    public async Task Banner_WhatEverybodyMustKnow_IsShown(string what, string text, string level)
    {
        await using var bed = new AdminBed();
        bed.Tell(Troubled(what));
        var banner = Assert.Single(Open<Quiet>(bed).FindAll(".banner"));
        Assert.Contains(text, banner.TextContent);
        Assert.True(banner.ClassList.Contains(level));
        Assert.NotNull(banner.QuerySelector("svg"));
    }

    [Fact]
    public async Task Banner_AllIsWell_ThereIsNone()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview());
        Assert.Empty(Open<Quiet>(bed).FindAll(".banner"));
    }

    [Fact]
    public async Task Viewer_HiddenPausedOrSlow_IsToldLaterAndCatchesUp()
    {
        await using var bed = new AdminBed();
        bed.Viewer.Connect();
        var told = 0;
        bed.Viewer.Changed += () => told++;
        bed.Viewer.SetHidden(true);
        bed.Push();
        Assert.Equal(0, told);
        bed.Viewer.SetHidden(false);
        Assert.Equal((1, bed.Sampler.Current), (told, bed.Viewer.Picture));

        bed.Viewer.SetCadence(Cadence.Ten);
        told = 0;
        bed.Push();
        Assert.Equal(0, told);
        bed.Time.Advance(TimeSpan.FromSeconds(10));
        bed.Push();
        Assert.Equal(1, told);
        bed.Viewer.TogglePause();
        told = 0;
        bed.Time.Advance(TimeSpan.FromSeconds(60));
        bed.Push();
        Assert.Equal(0, told);
    }

    [Theory]
    [InlineData(120, 2.0)]
    [InlineData(-330, -5.5)]
    [InlineData(100_000, null)]
    public async Task Clock_OfTheBrowser_IsKnownOncePageIsOpen(int minutes, double? hours)
    {
        await using var bed = new AdminBed();
        Open<Quiet>(bed).Instance.SetClock(minutes);
        Assert.Equal(hours, bed.Viewer.ClockOffset?.TotalHours);
    }

    [Fact]
    public async Task Help_ListsTheKeys()
    {
        await using var bed = new AdminBed();
        var frame = Open<Quiet>(bed);
        var help = frame.Find("[data-key='?']").ClickAsync(new());
        frame.WaitForAssertion(() => Assert.Equal(NavItems.All.Count - 1, frame.FindAll("dialog kbd").Count(k => k.TextContent == "g")));
        bed.Desk.Answer(null);
        await help;
    }

    [Theory]
    [InlineData(typeof(Denied), "Your role does not reach that far")]
    [InlineData(typeof(NotFound), "There is no such page")]
    public async Task DeadEnd_SaysWhyAndLeadsBack(Type page, string text)
    {
        await using var bed = new AdminBed();
        var shown = bed.Open(page, "/admin/elsewhere");
        Assert.Contains(text, shown.Markup);
        Assert.Equal("/admin", shown.Find("a").GetAttribute("href"));
    }

    private static IRenderedComponent<MainLayout> Open<TPage>(AdminBed bed)
        where TPage : IComponent
    {
        bed.Viewer.Actor = new Actor(bed.Session.User, bed.Users.Find(bed.Session.User)!.Role, bed.Session.Id, "127.0.0.x");
        bed.Viewer.CatchUp();
        return bed.Render<MainLayout>(p => p.Add(l => l.Body, b =>
        {
            b.OpenComponent<TPage>(0);
            b.CloseComponent();
        }));
    }

    private static Contracts.Management.Overview Troubled(string what)
    {
        var well = Samples.Overview();
        return what switch
        {
            "database" => well with { Dependencies = [.. well.Dependencies.Select(d => d.Name == "database" ? d with { Connected = false } : d)] },
            "workers" => well with { Tiles = well.Tiles with { WorkersHealthy = 0 } },
            "redis" => well with { Backplane = new() { Mode = "database", Fallback = true } },
            "draining" => Samples.Overview(workerState: WorkerStates.Draining),
            "pretended" => well with { Faults = [new() { Id = FaultIds.RedisHangs, Until = Samples.Now.AddSeconds(30), SecondsLeft = 30 }] },
            "clock" => well with { Firing = [Samples.Alert() with { Rule = "ClockSkew" }] },
            _ => well with { Maintenance = true },
        };
    }

    private sealed class Quiet : ComponentBase;

    private sealed class Failing : ComponentBase
    {
        public static bool Fails { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder) =>
            builder.AddContent(0, Fails ? throw new InvalidOperationException("secret") : "all is well");
    }
}
