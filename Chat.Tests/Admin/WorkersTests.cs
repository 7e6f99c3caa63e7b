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

    [Fact]
    public async Task List_OrderedAndSearched_IsSoInTheAddressOfItsNode()
    {
        await using var bed = new AdminBed(Role.Operator, "north", "south");
        Samples.Fill(bed.Api);
        bed.Api.Answer(ManagementRoutes.Workers, new WorkersAnswer { Supervised = true, Workers = [Samples.Worker("w1") with { Connections = 5 }, Samples.Worker("w2", WorkerStates.Unresponsive) with { Connections = 9 }, Samples.Worker("w3") with { Connections = null }] });
        var page = bed.Open(typeof(Chat.Admin.Pages.Workers), "/admin/workers");
        page.WaitForAssertion(() => Assert.Equal(6, page.FindAll("tr[data-worker]").Count));
        await page.FindAll("th button").First(b => b.TextContent == "Conn.").ClickAsync(new());
        await page.FindAll("th button").First(b => b.TextContent.StartsWith("Conn.", StringComparison.Ordinal)).ClickAsync(new());
        Assert.EndsWith("north.sort=-connections", bed.Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().Uri);
        page.WaitForAssertion(() => Assert.Equal(["w2", "w1", "w3", "w1", "w2", "w3"], page.FindAll("tr[data-worker]").Select(r => r.GetAttribute("data-worker"))));
        await page.FindAll("input[type=search]")[1].ChangeAsync(new() { Value = "unresponsive" });
        page.WaitForAssertion(() => Assert.Equal(["w2", "w1", "w3", "w2"], page.FindAll("tr[data-worker]").Select(r => r.GetAttribute("data-worker"))));
        Assert.Contains(page.FindAll("a[download]"), a => a.GetAttribute("href")!.StartsWith("/admin/export/workers.csv?q=unresponsive&node=south", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Worker_WithoutHeartbeat_IsToldFromACrashedOne()
    {
        await using var bed = new AdminBed();
        Fill(bed, Samples.Worker("w1", WorkerStates.Unresponsive) with { HeartbeatAgeSeconds = 4, GcPauseShare = 0.02, ThreadPoolDelayP99Seconds = 0.25 }, supervised: true);
        var page = bed.Open(typeof(WorkerPage), "/admin/workers/w1", "w1");
        page.WaitForAssertion(() => Assert.Equal("unresponsive", page.Find(".facts .mark.warn").TextContent));
        var facts = string.Join(" ", page.FindAll(".facts").Select(f => f.TextContent));
        Assert.Contains("its process lives and sends no heartbeat", facts);
        Assert.Contains("250 ms, 2.0 %", facts);
        Assert.Contains("4.0 s old", facts);
        Assert.Contains("SIGKILL, crashed: text (2026-11-26 11:55:00Z)", facts);

        // What it runs with, masked as on the page of all settings.
        Assert.Contains("Workers:Count", page.Find("section[aria-label='Effective configuration']").TextContent);
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
