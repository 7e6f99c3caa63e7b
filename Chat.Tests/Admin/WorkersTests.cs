using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Admin.Parts;
using Chat.Admin.Parts.Dialogs;
using Chat.Admin.ServerApi;
using Chat.Contracts.Management;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Admin;

/// <summary>The list of processes and the page of one say the same, and ask the same before they act.</summary>
public sealed class WorkersTests
{
    [Fact]
    public async Task Worker_StartingAfterACrash_IsAsRedOnItsPageAsInTheList()
    {
        await using var bed = new AdminBed();
        Fill(bed, Samples.Worker("w1", WorkerStates.Starting), supervised: true);
        var list = bed.Open(typeof(Chat.Admin.Pages.Workers), "/admin/workers");
        var page = bed.Open(typeof(WorkerPage), "/admin/workers/w1", "w1");
        page.WaitForAssertion(() => Assert.Equal("restarting (SIGKILL)", page.Find(".facts .mark.bad").TextContent));
        Assert.Equal("restarting (SIGKILL)", list.Find("tr[data-worker=w1] .mark.bad").TextContent);
    }

    [Theory]
    [InlineData("w1", true, true)]
    [InlineData("w1", false, false)]
    [InlineData("console", true, false)]
    public async Task Buttons_OfAProcess_AreThereWhereItCanBeRestarted(string id, bool supervised, bool there)
    {
        await using var bed = new AdminBed();
        Fill(bed, Samples.Worker(id), supervised);
        var list = bed.Open(typeof(Chat.Admin.Pages.Workers), "/admin/workers");
        var page = bed.Open(typeof(WorkerPage), $"/admin/workers/{id}", id);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".facts")));
        Assert.Equal(there, page.FindAll("button").Any(b => b.TextContent == "Drain…"));
        Assert.Equal(there, list.FindAll($"tr[data-worker={id}] button").Any(b => b.TextContent == "Drain…"));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(90.0, true)]
    [InlineData(0.0, true)]
    [InlineData(3601.0, false)]
    [InlineData(-1.0, false)]
    public async Task Drain_OverSoManySeconds_IsAskedAndSent(double? seconds, bool good)
    {
        await using var bed = new AdminBed(Role.Operator);
        bed.Api.Answer($"{ManagementRoutes.Workers}/w1/drain", new ActionResult { Outcome = ActionOutcomes.Accepted });
        var draining = bed.Services.GetRequiredService<WorkerActions>().DrainAsync("node-1", Samples.Worker("w1"));
        var question = Assert.IsType<Question>(bed.Desk.Open);
        var fields = bed.Render(question.Body!);
        if (seconds is not null)
        {
            fields.Find("input[type=number]").Change(seconds.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal(good, question.Problem!() is null);
        bed.Desk.Answer(new Consent(""));
        await draining;
        Assert.Equal(seconds, Assert.IsType<WorkerActionRequest>(Assert.Single(bed.Api.Posts).Body).WindowSeconds);
    }

    private static void Fill(AdminBed bed, WorkerView worker, bool supervised)
    {
        Samples.Fill(bed.Api);
        var companion = worker.Id == "console";
        bed.Api.Answer(ManagementRoutes.Workers, new WorkersAnswer { Supervised = supervised, Total = 1, Workers = companion ? [] : [worker], Companions = companion ? [worker] : [] });
        bed.Api.Answer($"{ManagementRoutes.Workers}/{worker.Id}", new WorkerDetail { Worker = worker });
        bed.Api.Answer($"{ManagementRoutes.Workers}/{worker.Id}/stacks", Samples.Stacks());
    }
}
