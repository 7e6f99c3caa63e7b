using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Admin.Parts.Tables;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Admin;

/// <summary>Every page in every state.</summary>
public sealed class PagesTests
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'=cmd|' /C calc'!A0\u202E";

    private static readonly (string Address, Type Page, string? Id)[] All =
    [
        ("/admin", typeof(Overview), null),
        ("/admin/workers", typeof(Chat.Admin.Pages.Workers), null),
        ("/admin/workers/w1", typeof(WorkerPage), "w1"),
        ("/admin/alerts", typeof(Chat.Admin.Pages.Alerts), null),
        ("/admin/alerts?tab=pending", typeof(Chat.Admin.Pages.Alerts), null),
        ("/admin/alerts?tab=silenced", typeof(Chat.Admin.Pages.Alerts), null),
        ("/admin/alerts?tab=history", typeof(Chat.Admin.Pages.Alerts), null),
        ("/admin/alerts?tab=rules", typeof(Chat.Admin.Pages.Alerts), null),
        ("/admin/alerts?tab=channels", typeof(Chat.Admin.Pages.Alerts), null),
        ("/admin/connections", typeof(Connections), null),
        ("/admin/connections?tab=users", typeof(Connections), null),
        ("/admin/connections?tab=blocked", typeof(Connections), null),
        ("/admin/user?id=u1", typeof(UserPage), null),
        ("/admin/conversations", typeof(Conversations), null),
        ("/admin/conversation?id=c1", typeof(ConversationPage), null),
        ("/admin/queue", typeof(Queue), null),
        ("/admin/queue?tab=dead", typeof(Queue), null),
        ("/admin/queue?tab=dead&user=u1", typeof(Queue), null),
        ("/healthchecks-ui", typeof(Chat.Admin.Pages.Health), null),
        ("/healthchecks-ui?tab=webhooks", typeof(Chat.Admin.Pages.Health), null),
        ("/healthchecks-ui?tab=callers", typeof(Chat.Admin.Pages.Health), null),
        ("/admin/metrics", typeof(Metrics), null),
        ("/admin/audit", typeof(Audit), null),
        ("/admin/trace?id=m1", typeof(Trace), null),
        ("/admin/settings", typeof(Settings), null),
        ("/admin/settings?tab=about", typeof(Settings), null),
    ];

    // Their lists cannot be empty, or are of the console itself.
    private static readonly string[] NeverEmpty = ["/admin", "/admin/workers", "/admin/workers/w1", "/admin/alerts?tab=rules", "/admin/user?id=u1", "/admin/conversation?id=c1", "/admin/queue?tab=dead&user=u1", "/healthchecks-ui", "/admin/metrics", "/admin/settings?tab=about"];

    // Of one node, which is the first where none is named.
    private static readonly string[] OfOneNode = ["/admin/workers/w1", "/admin/audit"];

    public static TheoryData<string> Addresses { get; } = [.. All.Select(p => p.Address)];

    public static TheoryData<string> Lists { get; } = [.. All.Select(p => p.Address).Except(NeverEmpty)];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Page_AnswersCome_ShowsThem(string address)
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api, "a-word");
        bed.Tell(Samples.Overview("a-word"));
        var page = Open(bed, address);
        page.WaitForAssertion(() => Assert.Contains("a-word", page.Markup));
        Assert.NotEmpty(page.FindAll("h1"));
        Assert.Empty(page.FindAll(".panel-error"));
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Page_HostileText_StaysText(string address)
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api, Hostile);
        bed.Services.GetRequiredService<ColumnChoice>().Read("workers.version_connections.transport.address");
        bed.Tell(Samples.Overview(Hostile));
        var page = Open(bed, address);
        page.WaitForAssertion(() => Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page.Markup));
        Assert.Empty(page.FindAll("img, script, [onerror]"));
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Page_NoAnswerYet_ShowsSkeleton(string address)
    {
        await using var bed = new AdminBed();
        bed.Api.IsSilent = true;
        var page = Open(bed, address);
        Assert.NotEmpty(page.FindAll(".skeleton"));
        Assert.Empty(page.FindAll(".panel-error"));
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Page_NodeIsDown_SaysSo(string address)
    {
        await using var bed = new AdminBed();
        bed.Api.Down.Add("node-1");
        bed.Tell(Samples.Overview());
        var page = Open(bed, address);
        page.WaitForAssertion(() => Assert.Contains("cannot be reached", page.Find("[role=alert]").TextContent));
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Page_OneOfTwoNodesIsDown_ShowsTheOther(string address)
    {
        foreach (var down in new[] { "north", "south" })
        {
            await using var bed = new AdminBed(Role.Admin, "north", "south");
            Samples.Fill(bed.Api, "a-word");
            bed.Tell(Samples.Overview("a-word"), "north");
            bed.Tell(Samples.Overview("a-word"), "south");
            bed.Api.Down.Add(down);
            var page = Open(bed, address);
            page.WaitForAssertion(() => Assert.Empty(page.FindAll(".skeleton")));
            if (down == "north" && OfOneNode.Contains(address))
            {
                Assert.Contains("cannot be reached", page.Find("[role=alert]").TextContent);
            }
            else
            {
                Assert.Contains("a-word", page.Markup);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task Page_NothingThere_SaysWhy(string address)
    {
        await using var bed = new AdminBed();
        Samples.FillEmpty(bed.Api);
        bed.Tell(Samples.Overview());
        var page = Open(bed, address);
        page.WaitForAssertion(() => Assert.Contains(page.FindAll(".panel-empty"), e => e.TextContent.Trim().Length > 0));
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Page_Viewer_MayPressNothing(string address)
    {
        await using var bed = new AdminBed(Role.Viewer);
        Samples.Fill(bed.Api);
        bed.Tell(Samples.Overview());
        var page = Open(bed, address);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".skeleton")));
        foreach (var button in page.FindAll("button").Where(b => b.TextContent.Trim() is "Acknowledge" or "Silence…" or "Restart…" or "Restart all…" or "Drain…" or "Take stacks…" or "Disconnect…" or "Replay…" or "Replay all…" or "Replay all that fit…" or "Discard all…" or "Discard all that fit…" or "Reveal…" or "Edit…" or "Block…" or "Trace for 10 min…" or "End the trace" or "Begin…"))
        {
            Assert.Equal("true", button.GetAttribute("aria-disabled"));
            Assert.StartsWith("Needs the role", button.GetAttribute("title"));
            await button.ClickAsync(new());
        }

        Assert.Empty(page.FindAll("a[download]"));
        Assert.Empty(bed.Api.Posts);
        Assert.Null(bed.Desk.Open);
    }

    internal static IRenderedComponent<Microsoft.AspNetCore.Components.DynamicComponent> Open(AdminBed bed, string address)
    {
        var (_, page, id) = All.Single(p => p.Address == address);
        return bed.Open(page, address, id);
    }
}
