using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;

namespace Chat.Tests.Admin;

/// <summary>The trace on a user's page.</summary>
public sealed class UserTraceTests
{
    private const string Route = ManagementRoutes.Users + "/u1/trace";

    [Fact]
    public async Task Running_ShowsTheStepsNewestFirst_AndWhenItEnds()
    {
        await using var bed = Bed(Samples.Trace());
        var page = Open(bed);
        Assert.Contains("ends by itself in", page.Find("[role=status] .mark").TextContent);
        Assert.Contains("7 earlier steps", page.Markup);
        Assert.Equal(["pushed", "Send", "connected"], Steps(page).Select(s => s.QuerySelector("b")!.TextContent));
        Assert.Equal(["4–6", "", ""], Steps(page).Select(s => s.Children[4].TextContent));
        Assert.Equal("12 ms", Steps(page)[1].Children[2].TextContent);
    }

    [Fact]
    public async Task None_SaysWhatOneWouldDo_AndBeginsWithAReason()
    {
        await using var bed = Bed(new UserTrace { User = "u1" });
        bed.Api.Answer(Route, asked => new UserTrace { User = "u1" });
        var page = Open(bed);
        Assert.Contains("never what is said", page.Find("section[aria-label=Trace] .panel-empty").TextContent);
        var beginning = page.FindAll("button").Single(b => b.TextContent == "Trace for 10 min…").ClickAsync(new());
        Assert.True(Assert.IsType<Question>(bed.Desk.Open).ReasonRequired);
        Assert.Empty(bed.Api.Posts);
        bed.Desk.Answer(new Consent("ticket 4711"));
        await beginning;
        var (_, path, body, actor) = Assert.Single(bed.Api.Posts);
        Assert.Equal((Route, "ticket 4711", "someone"), (path, Assert.IsType<UserTraceRequest>(body).Reason, actor.Name));
    }

    [Fact]
    public async Task Running_Ended_IsAskedForAtOnce()
    {
        await using var bed = Bed(Samples.Trace());
        var page = Open(bed);
        await page.FindAll("button").Single(b => b.TextContent == "End the trace").ClickAsync(new());
        Assert.Equal(Route + "/stop", Assert.Single(bed.Api.Posts).Path);
    }

    [Fact]
    public async Task Ended_StaysReadable()
    {
        await using var bed = Bed(Samples.Trace() with { Running = false, EndsAt = Samples.Now });
        var page = Open(bed);
        Assert.Contains("Ended", page.Find("section[aria-label=Trace] [role=status]").TextContent);
        Assert.Equal(3, Steps(page).Count);
        Assert.Single(page.FindAll("button"), b => b.TextContent == "Trace for 10 min…");
    }

    [Fact]
    public async Task Viewer_IsNotShownAnything_AndNothingIsAsked()
    {
        await using var bed = Bed(Samples.Trace(), Role.Viewer);
        var page = Open(bed);
        Assert.Contains("for the role Operator", page.Find("section[aria-label=Trace] .panel-empty").TextContent);
        Assert.DoesNotContain(bed.Api.Gets, g => g.PathAndQuery.StartsWith(Route, StringComparison.Ordinal));
    }

    private static AdminBed Bed(UserTrace trace, Role role = Role.Operator)
    {
        var bed = new AdminBed(role);
        Samples.Fill(bed.Api);
        bed.Api.Answer(Route, trace);
        return bed;
    }

    private static IRenderedComponent<DynamicComponent> Open(AdminBed bed) => bed.Open(typeof(UserPage), "/admin/user?id=u1");

    private static IReadOnlyList<AngleSharp.Dom.IElement> Steps(IRenderedComponent<DynamicComponent> page) => page.FindAll("section[aria-label=Trace] tbody tr");
}
