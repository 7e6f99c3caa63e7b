using AngleSharp.Dom;
using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Admin.Parts.Dialogs;
using Chat.Admin.Playground;
using Chat.Contracts.Management;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Tests.Admin;

/// <summary>The playground as a page, and how its score is kept.</summary>
public sealed class PlaygroundTests
{
    [Fact]
    public async Task Page_InProduction_OffersNothing()
    {
        await using var bed = new AdminBed();
        var page = Open(bed, Environments.Production);
        Assert.Contains("Development", page.Find(".panel-empty").TextContent);
        Assert.Empty(page.FindAll("button, input"));
    }

    [Fact]
    public async Task Page_BeforeItsCircuit_ShowsSkeleton()
    {
        await using var bed = new AdminBed();
        var page = Open(bed, Environments.Development, interactive: false);
        Assert.NotEmpty(page.FindAll(".skeleton"));
    }

    [Fact]
    public async Task Page_NothingHappened_SaysSo()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview());
        var page = Open(bed, Environments.Development);
        Assert.Equal(["Nothing happened yet.", "Nothing happened yet."], page.FindAll("pre").Select(p => p.TextContent));
        Assert.Equal(2, page.FindAll(".cell[data-worker]").Count);
        Assert.Equal("0", Tile(page, "Sent"));
    }

    [Fact]
    public async Task Page_ServerIsAway_MessagesWaitAndNothingIsCalledLost()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview());
        var page = Open(bed, Environments.Development);
        await page.InvokeAsync(() => page.FindAll("button").First(b => b.TextContent == "Go online").Click());
        page.WaitForAssertion(() => Assert.Contains(page.FindAll(".mark"), m => m.TextContent == "connecting"));

        await page.InvokeAsync(() => page.FindAll("form.say input")[0].Change("<b>Hello</b>"));
        await page.InvokeAsync(() => page.FindAll("form.say")[0].Submit());

        page.WaitForAssertion(() => Assert.Equal(("1", "0", "0"), (Tile(page, "Sent"), Tile(page, "Stored"), Tile(page, "Lost"))));
        page.WaitForAssertion(() => Assert.Contains(page.FindAll(".tile-note"), n => n.TextContent == "1 wait for a receipt"));
        Assert.Equal("", page.FindAll("form.say input")[0].GetAttribute("value") ?? "");
    }

    [Fact]
    public async Task Load_StartedAndStopped_SendsAtTheClocksPace()
    {
        await using var bed = new AdminBed();
        var page = Open(bed, Environments.Development);
        await page.InvokeAsync(() => page.FindAll("button").First(b => b.TextContent.StartsWith("Start a load", StringComparison.Ordinal)).Click());
        await Eventually.TrueAsync(() => TickAndRead() >= 5, "five messages were sent");
        await page.InvokeAsync(() => page.FindAll("button").First(b => b.TextContent == "Stop the load").Click());

        // That nothing more comes cannot be awaited. The tick that was under way may still send.
        var sent = TickAndRead();
        for (var tick = 0; tick < 10; tick++)
        {
            await Task.Delay(20);
            TickAndRead();
        }

        await page.InvokeAsync(() => page.FindAll("form.say")[0].Submit());
        Assert.InRange(int.Parse(Tile(page, "Sent")), sent + 1, sent + 2);

        int TickAndRead()
        {
            bed.Time.Advance(TimeSpan.FromSeconds(0.1));
            return int.Parse(Tile(page, "Sent"));
        }
    }

    [Fact]
    public async Task Kill_Agreed_GoesToTheNode()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview());
        bed.Api.Answer(ManagementRoutes.Workers + "/w1/kill", new ActionResult { Outcome = ActionOutcomes.Accepted, Text = "" });
        var page = Open(bed, Environments.Development);
        var click = page.Find("[data-worker=w1] button.danger").ClickAsync(new());
        Assert.Contains("w1", Assert.IsType<Question>(bed.Desk.Open).Title);
        bed.Desk.Answer(new Consent(""));
        await click;
        Assert.Equal(ManagementRoutes.Workers + "/w1/kill", Assert.Single(bed.Api.Posts).Path);
    }

    [Fact]
    public async Task Cells_OneConnection_IsNotCalledConnections()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview() with { Workers = [Samples.Worker("w1") with { Connections = 1 }, Samples.Worker("w2") with { Connections = 0 }] });
        var page = Open(bed, Environments.Development);
        Assert.Equal("1 connection · pid 100", page.Find("[data-worker=w1] .dim").TextContent);
        Assert.Equal("0 connections · pid 100", page.Find("[data-worker=w2] .dim").TextContent);
    }

    [Fact]
    public async Task Losses_NothingPretended_AreOffAndRedisIsNotOfferedWhereThereIsNone()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview());
        var page = Open(bed, Environments.Development);
        Assert.Equal(["database-away off", "database-slow off", "redis-hangs not configured"], page.FindAll("[data-fault]").Select(c => $"{c.GetAttribute("data-fault")} {c.QuerySelector(".mark")!.TextContent.Trim()}"));
        Assert.Empty(page.FindAll("[data-fault=redis-hangs] button"));
        Assert.Equal(["Pretend…"], page.FindAll("[data-fault=database-away] button").Select(b => b.TextContent));
    }

    [Fact]
    public async Task Losses_Agreed_GoesToTheNodeWithItsLength()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview());
        var path = PathOf(ManagementRoutes.Fault, FaultIds.DatabaseAway);
        bed.Api.Answer(path, new ActionResult { Outcome = ActionOutcomes.Done, Text = "" });
        var page = Open(bed, Environments.Development);
        await page.InvokeAsync(() => page.Find("select[aria-label='How long a loss is pretended']").Change("60"));
        var click = page.Find("[data-fault=database-away] button.danger").ClickAsync(new());
        var question = Assert.IsType<Question>(bed.Desk.Open);
        Assert.Contains("Database away", question.Title);
        Assert.Contains("after 60 s", question.Effect);
        Assert.Empty(bed.Api.Posts);
        bed.Desk.Answer(new Consent(""));
        await click;
        var post = Assert.Single(bed.Api.Posts);
        Assert.Equal((path, 60.0), (post.Path, Assert.IsType<FaultRequest>(post.Body).Seconds));
    }

    [Fact]
    public async Task Losses_Pretended_ShowWhatIsLeftAndEndAtAClick()
    {
        await using var bed = new AdminBed();
        bed.Tell(Samples.Overview() with { Faults = [new() { Id = FaultIds.DatabaseSlow, Until = Samples.Now.AddSeconds(30), SecondsLeft = 24.2, Milliseconds = 400 }] });
        var path = PathOf(ManagementRoutes.FaultEnd, FaultIds.DatabaseSlow);
        bed.Api.Answer(path, new ActionResult { Outcome = ActionOutcomes.Done, Text = "" });
        var page = Open(bed, Environments.Development);
        Assert.Equal("25 s left", page.Find("[data-fault=database-slow].warn .mark").TextContent.Trim());
        Assert.Equal("off", page.Find("[data-fault=database-away] .mark").TextContent.Trim());
        Assert.Equal(["Longer…", "End now"], page.FindAll("[data-fault=database-slow] button").Select(b => b.TextContent));

        await page.FindAll("[data-fault=database-slow] button")[1].ClickAsync(new());

        Assert.Null(bed.Desk.Open);
        Assert.Equal(path, Assert.Single(bed.Api.Posts).Path);
    }

    [Fact]
    public async Task Losses_OfSeveralNodes_AreEachNodesOwn()
    {
        await using var bed = new AdminBed(Role.Admin, "north", "south");
        bed.Tell(Samples.Overview(), "north");
        bed.Tell(Samples.Overview() with { Faults = [new() { Id = FaultIds.DatabaseAway, SecondsLeft = 5 }] }, "south");
        var path = PathOf(ManagementRoutes.FaultEnd, FaultIds.DatabaseAway);
        bed.Api.Answer(path, new ActionResult { Outcome = ActionOutcomes.Done, Text = "" });
        var page = Open(bed, Environments.Development);
        Assert.Equal(["Database away · north", "Database away · south"], page.FindAll("[data-fault=database-away] b").Select(b => b.TextContent));

        await page.FindAll("[data-fault=database-away] button").Single(b => b.TextContent == "End now").ClickAsync(new());

        Assert.Equal(("south", path), Assert.Single(bed.Api.Posts.Select(p => (p.Node, p.Path))));
    }

    [Fact]
    public async Task Kill_OperatorCallsTheHandlerDirectly_IsRefused()
    {
        await using var bed = new AdminBed(Role.Operator);
        var kill = bed.Services.GetRequiredService<Chat.Admin.ServerApi.WorkerActions>().KillAsync("node-1", Samples.Worker("w1"));
        bed.Desk.Answer(new Consent(""));
        await kill;
        Assert.Empty(bed.Api.Posts);
        Assert.Equal([("someone", "worker.kill", "worker/w1", "refused")], bed.Audit.Notes);
    }

    [Fact]
    public void Score_ReceiptAndBothSaw_IsSettled()
    {
        var score = new PlayScore("a", "b");
        score.Sent("1");
        score.Seen("a", "c", "1", 1, last: null, again: false);
        Assert.Equal(new PlayTotals(1, 0, Waiting: 1, 0, OnTheWay: 0, Lost: 0, 0, 0), score.Totals);
        score.Stored("c", "1", 1);
        Assert.Equal(new PlayTotals(1, 1, 0, 0, OnTheWay: 1, Lost: 0, 0, 0), score.Totals);
        score.Seen("b", "c", "1", 1, last: null, again: false);
        Assert.Equal(new PlayTotals(1, 1, 0, 0, 0, 0, 0, 0), score.Totals);
    }

    [Fact]
    public void Score_Queued_IsStoredWhenItComesWithANumber()
    {
        var score = new PlayScore("a", "b");
        score.Sent("1");
        score.Queued("c", "1");
        Assert.Equal(new PlayTotals(1, 0, Waiting: 0, 0, OnTheWay: 0, Lost: 0, 0, 0, Queued: 1), score.Totals);
        score.Seen("a", "c", "1", 1, last: null, again: false);
        Assert.Equal(new PlayTotals(1, 1, 0, 0, OnTheWay: 1, Lost: 0, 0, 0), score.Totals);
        score.Seen("b", "c", "1", 1, last: null, again: false);
        Assert.Equal(new PlayTotals(1, 1, 0, 0, 0, 0, 0, 0), score.Totals);
    }

    [Fact]
    public void Score_QueuedAndStoredBeforeTheReceiptWasRead_IsStored()
    {
        var score = new PlayScore("a", "b");
        score.Sent("1");
        score.Seen("a", "c", "1", 1, last: null, again: false);
        score.Seen("b", "c", "1", 1, last: null, again: false);
        score.Queued("c", "1");
        Assert.Equal(new PlayTotals(1, 1, 0, 0, 0, 0, 0, 0), score.Totals);
    }

    [Fact]
    public void Score_NumbersOfAnotherConversation_SayNothingOfThisOne()
    {
        var score = new PlayScore("a", "b");
        score.Sent("1");
        score.Stored("c", "1", 1);
        score.Seen("a", "other", "x", 5, last: null, again: false);
        score.Seen("b", "other", "x", 5, last: null, again: false);
        Assert.Equal((1, 0), (score.Totals.OnTheWay, score.Totals.Lost));
    }

    [Fact]
    public void Score_LaterOneCameWithoutIt_IsLost()
    {
        var score = new PlayScore("a", "b");
        foreach (var (id, seq) in new[] { ("1", 1), ("2", 2) })
        {
            score.Sent(id);
            score.Stored("c", id, seq);
            score.Seen("a", "c", id, seq, last: seq - 1, again: false);
        }

        score.Seen("b", "c", "2", 2, last: null, again: false);

        Assert.Equal(new PlayTotals(2, 2, 0, 0, OnTheWay: 0, Lost: 1, 0, 0), score.Totals);
    }

    [Theory]
    [InlineData(5, 5L, false, 1, 0)]
    [InlineData(5, 5L, true, 0, 0)]
    [InlineData(7, 5L, false, 0, 1)]
    [InlineData(6, 5L, false, 0, 0)]
    [InlineData(9, null, false, 0, 0)]
    public void Score_NumbersOfAConnection_AreJudged(long seq, long? last, bool again, long twice, long outOfOrder)
    {
        var score = new PlayScore("a", "b");
        score.Seen("a", "c", "x", seq, last, again);
        Assert.Equal((twice, outOfOrder), (score.Totals.Twice, score.Totals.OutOfOrder));
    }

    [Theory]
    [InlineData(null, "http://localhost:5080/")]
    [InlineData("", "http://localhost:5080/")]
    [InlineData("http://*:6000", "http://localhost:6000/")]
    [InlineData("http://[::]:6000", "http://localhost:6000/")]
    [InlineData("https://chat.example:6000", "https://chat.example:6000/")]
    public void Server_ListensAnywhere_IsReachedHere(string? listens, string expected) => Assert.Equal(expected, PlayDesk.ServerOf(listens).ToString());

    private static IRenderedComponent<DynamicComponent> Open(AdminBed bed, string environment, bool interactive = true)
    {
        bed.SetRendererInfo(new RendererInfo("Server", interactive));
        bed.Hosting.EnvironmentName = environment;

        // Nobody listens there.
        bed.Configuration["Playground:Url"] = $"http://127.0.0.1:{FreePort.Next()}";
        return bed.Open(typeof(PlaygroundPage), "/admin/playground");
    }

    private static string PathOf(string route, string id) => route.Replace("{id}", id, StringComparison.Ordinal);

    private static string Tile(IRenderedComponent<DynamicComponent> page, string name) =>
        page.FindAll(".tile").Single(t => t.QuerySelector(".tile-name")!.TextContent == name).QuerySelector(".tile-value")!.TextContent;
}
