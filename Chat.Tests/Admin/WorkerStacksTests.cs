using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;

namespace Chat.Tests.Admin;

/// <summary>The stacks of a worker, on its page.</summary>
public sealed class WorkerStacksTests
{
    private const string Address = "/admin/workers/w1";
    private static readonly string Route = ManagementRoutes.WorkerStacks.Replace("{id}", "w1", StringComparison.Ordinal);

    [Fact]
    public async Task Taken_AreShownMostFrequentFirstWithWhenAndOfWhom()
    {
        await using var bed = Bed(Role.Admin, Samples.Stacks());
        var page = bed.Open(typeof(WorkerPage), Address, "w1");
        Assert.Equal("3 threads\n  libc.so.6!text\n  Chat.Work()\n1 thread, native\n", page.Find("[aria-label=Stacks]").TextContent);
        Assert.Contains("4 threads of process 100, taken at 2026-11-26 12:00:00Z in 540 ms", page.Markup);
    }

    [Fact]
    public async Task Take_Agreed_IsPostedToTheNodeAndSaidToBeUnderWay()
    {
        await using var bed = Bed(Role.Admin, new() { Running = true });
        bed.Api.Answer(Route, new StacksAnswer { Running = true });
        var page = bed.Open(typeof(WorkerPage), Address, "w1");
        var taking = page.FindAll("button").Single(b => b.TextContent == "Take stacks…").ClickAsync(new());
        Assert.Equal("Take stacks of w1 of node-1?", bed.Desk.Open!.Title);
        bed.Desk.Answer(new Consent(""));
        await taking;
        Assert.Equal((Route, "root"), bed.Api.Posts.Select(p => (p.Path, p.Actor.Name)).Single());
        page.WaitForAssertion(() => Assert.Contains("They are being taken", page.Markup));
    }

    [Fact]
    public async Task Failed_SaysWhyAndLeavesNothing()
    {
        await using var bed = Bed(Role.Admin, new() { At = Samples.Now, Pid = 100, Problem = "createdump ended with code 255: not permitted" });
        var page = bed.Open(typeof(WorkerPage), Address, "w1");
        Assert.Contains("not permitted", page.Find("[role=alert]").TextContent);
        Assert.Empty(page.FindAll("[aria-label=Stacks]"));
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Operator)]
    public async Task BelowAdmin_NothingIsAskedForAndNothingShown(Role role)
    {
        await using var bed = Bed(role, Samples.Stacks());
        var page = bed.Open(typeof(WorkerPage), Address, "w1");
        Assert.DoesNotContain(bed.Api.Gets, g => g.PathAndQuery.Contains("stacks", StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[aria-label=Stacks]"));
        Assert.Equal("Needs the role Admin", page.FindAll("button").Single(b => b.TextContent == "Take stacks…").GetAttribute("title"));
    }

    private static AdminBed Bed(Role role, StacksAnswer stacks)
    {
        var bed = new AdminBed(role);
        Samples.Fill(bed.Api);
        bed.Api.Answer(Route, stacks);
        return bed;
    }
}
