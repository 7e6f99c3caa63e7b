using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Export;
using Chat.Admin.Pages;
using Chat.Admin.Parts;
using Chat.Contracts;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Chat.Tests.Admin;

/// <summary>The charts beside the time of the same length before.</summary>
public sealed class MetricsTests
{
    private static readonly ChartView View = new() { Name = "connections", Group = "Traffic", Title = "Connections", Unit = "" };

    [Fact]
    public async Task Compared_LinesBefore_AreDrawnNamedAndInTheTable()
    {
        await using var bed = Bed(previous: [new("w1", [7, null, 9]), new("w9", [null, null, null])]);
        var page = bed.Open(typeof(Metrics), "/admin/metrics?compare=previous");

        // A gap in the line from before stays a gap: two strokes.
        Assert.Equal(2, page.Find("path.before").GetAttribute("d")!.Count(c => c == 'M'));
        Assert.Single(page.FindAll("path.before"));
        Assert.Contains("w1 before 9", page.Find(".legend").TextContent);
        Assert.Contains("Before: w1 9", page.Find("svg[role=img]").GetAttribute("aria-label"));
        Assert.Contains("w1 before", page.Find("[data-chart]").GetAttribute("data-chart"));

        await page.Find("figcaption > button").ClickAsync(new());
        Assert.Equal(["Time (UTC)", "w1", "w1 before", "Meanwhile"], page.FindAll(".chart-table th").Select(h => h.TextContent));
        Assert.Equal([["3", "9", "w1 restarted"], ["–", "–", ""], ["1", "7", ""]], page.FindAll(".chart-table tbody tr").Select(r => r.Children.Skip(1).Select(c => c.TextContent).ToArray()));
    }

    [Fact]
    public async Task Compared_NothingKeptOfThen_SaysSo()
    {
        await using var bed = Bed(previous: [new("w1", [null, null, null])]);
        var page = bed.Open(typeof(Metrics), "/admin/metrics?compare=previous");
        Assert.Empty(page.FindAll("path.before"));
        Assert.Contains("Nothing is known of the 30 min before.", page.Find(".legend").TextContent);
    }

    [Fact]
    public async Task Compared_NodeDoesNotKnowHow_ShowsWhatThereIs()
    {
        await using var bed = Bed(previous: null);
        var page = bed.Open(typeof(Metrics), "/admin/metrics?compare=previous");
        Assert.Single(page.FindAll("path.line"));
        Assert.Contains("Nothing is known", page.Find(".legend").TextContent);
        Assert.Empty(page.FindAll(".panel-error"));
    }

    [Fact]
    public async Task NotCompared_AsksForNothingFromBefore_AndTheBoxAsksForIt()
    {
        await using var bed = Bed(previous: [new("w1", [7, 8, 9])]);
        var page = bed.Open(typeof(Metrics), "/admin/metrics");
        Assert.Empty(page.FindAll("path.before"));
        Assert.DoesNotContain(bed.Api.Gets, g => g.PathAndQuery.Contains("previous", StringComparison.Ordinal));
        Assert.DoesNotContain("Nothing is known", page.Markup);

        await page.Find(".page-head input[type=checkbox]").ChangeAsync(new() { Value = true });
        Assert.EndsWith("?compare=previous", bed.Services.GetService(typeof(NavigationManager)) is NavigationManager navigation ? navigation.Uri : "");
    }

    [Fact]
    public async Task Nodes_Several_LinesHaveColoursOfTheirOwnAndMarkersNameTheirNode()
    {
        await using var bed = new AdminBed(Role.Viewer, "north", "south");
        Samples.Fill(bed.Api);
        bed.Api.Answer($"{ManagementRoutes.Charts}/connections", new ChartAnswer
        {
            Chart = View, Range = "1h", From = Samples.Now.AddMinutes(-30), StepSeconds = 600,
            Lines = [new("p50", [1, 2, 3]), new("p99", [4, 5, 6])], Markers = [new(Samples.Now.AddMinutes(-12), "deploy", "the node started with version 2 after 1")],
        });
        var page = bed.Open(typeof(Metrics), "/admin/metrics");
        Assert.Equal(4, page.FindAll("path.line").Select(l => l.ClassName).Distinct().Count());
        Assert.Equal(page.FindAll("path.line").Select(l => l.ClassName!.Split(' ')[1]), page.FindAll(".legend i").Select(l => l.ClassName));
        Assert.Equal(2, page.FindAll("path.marker.deploy").Count);
        Assert.Contains(page.FindAll("path.marker title"), t => t.TextContent.EndsWith("south the node started with version 2 after 1", StringComparison.Ordinal));
        Assert.Contains("north the node started with version 2 after 1", page.Find("[data-chart]").GetAttribute("data-chart"));
    }

    [Theory]
    [InlineData("", "worker", new[] { "Connections 18" })]
    [InlineData("1/s", "state", new[] { "w1 6.0/s", "w2 12/s" })]
    [InlineData("s", "worker", new[] { "north w1 3.0 s", "north w2 6.0 s", "south w1 3.0 s", "south w2 6.0 s" })]
    public async Task Total_AddsWorkersAndNodesButNeitherTimesNorOtherLabels(string unit, string by, string[] legend)
    {
        await using var bed = new AdminBed(Role.Viewer, "north", "south");
        Samples.Fill(bed.Api);
        bed.Api.Answer($"{ManagementRoutes.Charts}/connections", new ChartAnswer
        {
            Chart = View with { Unit = unit, By = by }, Range = "1h", From = Samples.Now.AddMinutes(-30), StepSeconds = 600, Lines = [new("w1", [1, null, 3]), new("w2", [null, null, 6])],
        });
        var page = bed.Open(typeof(Metrics), "/admin/metrics?sum=total");
        Assert.Equal(legend, page.FindAll(".legend li").Select(l => l.TextContent));

        // What nobody knows is a gap in the sum, what one knows is not.
        Assert.All(page.FindAll("path.line").Take(1), l => Assert.Equal(2, l.GetAttribute("d")!.Count(c => c == 'M')));
    }

    [Fact]
    public async Task Chart_LookedAtOtherwise_IsSoInTheAddressAndAlone()
    {
        await using var bed = TwoCharts();
        var page = bed.Open(typeof(Metrics), "/admin/metrics");
        Assert.Equal(["w1 3", "w2 6", "p50 3.0 s", "p95 6.0 s"], page.FindAll(".legend li").Select(l => l.TextContent));
        await page.Find("select[aria-label='Workers of Connections']").ChangeAsync(new() { Value = "total" });
        Assert.EndsWith("/admin/metrics?chart.connections=total", Uri(bed));
        page.WaitForAssertion(() => Assert.Equal(["Connections 9", "p50 3.0 s", "p95 6.0 s"], page.FindAll(".legend li").Select(l => l.TextContent)));
        await page.Find("select[aria-label='Percentile of Delivery time']").ChangeAsync(new() { Value = "p95" });
        page.WaitForAssertion(() => Assert.Equal(["Connections 9", "p95 6.0 s"], page.FindAll(".legend li").Select(l => l.TextContent)));
        Assert.EndsWith("/admin/metrics?chart.connections=total&chart.delivery=p95", Uri(bed));
        await page.Find("[aria-label='Compare Connections with the time before']").ClickAsync(new());
        Assert.Contains("chart.connections=total.before", Uri(bed));
        Assert.Contains(bed.Api.Gets, g => g.PathAndQuery.Contains("connections?range=1h&previous=true", StringComparison.Ordinal));
        Assert.DoesNotContain(bed.Api.Gets, g => g.PathAndQuery.Contains("delivery?range=1h&previous=true", StringComparison.Ordinal));
        await page.FindAll("figcaption > button")[1].ClickAsync(new());
        Assert.Single(page.FindAll(".chart-table"));
        await page.Find("[aria-label='Connections as the page']").ClickAsync(new());
        Assert.EndsWith("/admin/metrics?chart.delivery=p95.table", Uri(bed));
    }

    [Fact]
    public async Task Chart_SentToSomebodyElse_IsTheSameThereAndTheOthersFollowThePage()
    {
        await using var bed = TwoCharts();
        var page = bed.Open(typeof(Metrics), "/admin/metrics?sum=total&percentile=p50&view=table&chart.connections=each.lines.nonsense");
        Assert.Equal(["w1 3", "w2 6"], page.FindAll(".legend li").Select(l => l.TextContent));
        Assert.Equal(["Time (UTC)", "p50"], page.FindAll(".chart-table th").Select(h => h.TextContent));
    }

    [Fact]
    public async Task Percentile_OfThePage_LeavesTimesThatAreNoneAlone()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        bed.Api.Answer(ManagementRoutes.Charts, new ChartList([View with { Unit = "s" }], ["15m", "1h"]));
        var page = bed.Open(typeof(Metrics), "/admin/metrics?percentile=p95");
        Assert.NotEmpty(page.FindAll(".legend li"));
        Assert.Empty(page.FindAll("select[aria-label^='Percentile of']"));
    }

    [Theory]
    [InlineData("p95.total.before.table", "p95", true, true, true)]
    [InlineData("all.each.alone.lines", null, false, false, false)]
    [InlineData("", "p50", true, false, true)]
    [InlineData("..p99.<b>", "p99", true, false, true)]
    public void Choice_OfAWord_IsThePagesWhereItSaysNothing(string word, string? percentile, bool total, bool compares, bool table)
    {
        var page = new ChartChoice("p50", Total: true, Compares: false, Table: true);
        var choice = ChartChoice.Of(word, page);
        Assert.Equal(new ChartChoice(percentile, total, compares, table), choice);
        Assert.Equal(choice, ChartChoice.Of(choice.ToWord(page), page));
    }

    [Fact]
    public async Task RawMetrics_OfANode_AreItsTextForWhoeverIsSignedIn()
    {
        var api = new FakeServerApi("north", "south");
        api.Answer(ManagementRoutes.Metrics, "chat_worker_count 2");
        foreach (var (node, role, status) in new[] { ("south", "Viewer", 200), ("nobody", "Viewer", 404), ("", "", 404) })
        {
            var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
            if (role.Length > 0)
            {
                context.User = Actor.PrincipalOf(new ConsoleUser("vera", Role.Viewer, "", Disabled: false, 1, Samples.Now), new ConsoleSession("s", "vera", 1, Samples.Now, "x", "test"), "test");
            }

            await RawMetrics.WriteAsync(context, api, node);
            Assert.Equal(status, context.Response.StatusCode);
        }

        Assert.Equal(("south", ManagementRoutes.Metrics), api.Gets.Select(g => (g.Node, g.PathAndQuery)).Single());
    }

    [Fact]
    public void Colours_MoreLinesThanColours_AreUsedAgain()
    {
        var colours = Series.ColoursOf(Enumerable.Range(1, 12).Select(n => $"w{n}"));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3], Enumerable.Range(1, 12).Select(n => colours[$"w{n}"]));
        Assert.Equal(2, Series.ColoursOf(["north p50", "south p50"]).Values.Distinct().Count());
    }

    [Fact]
    public void Fit_FewerPoints_AreStretchedOverTheSameTime() => Assert.Equal([1, 1, null, null, 3, 3], LinePath.Fit([1, null, 3], 6));

    private static string Uri(AdminBed bed) => ((NavigationManager)bed.Services.GetService(typeof(NavigationManager))!).Uri;

    private static AdminBed TwoCharts()
    {
        var bed = new AdminBed();
        Samples.Fill(bed.Api);
        var (gauge, times) = (View with { By = "worker" }, View with { Name = "delivery", Title = "Delivery time", Unit = "s", By = "quantile", Percentiles = true });
        bed.Api.Answer(ManagementRoutes.Charts, new ChartList([gauge, times], ["15m", "1h"]));
        var answer = new ChartAnswer { Chart = gauge, Range = "1h", From = Samples.Now.AddMinutes(-30), StepSeconds = 600, Lines = [new("w1", [1, 2, 3]), new("w2", [4, 5, 6])] };
        bed.Api.Answer($"{ManagementRoutes.Charts}/connections", answer);
        bed.Api.Answer($"{ManagementRoutes.Charts}/delivery", answer with { Chart = times, Lines = [new("p50", [1, 2, 3]), new("p95", [4, 5, 6])] });
        return bed;
    }

    private static AdminBed Bed(IReadOnlyList<ChartLine>? previous)
    {
        var bed = new AdminBed();
        Samples.Fill(bed.Api);
        var chart = new ChartAnswer
        {
            Chart = View, Range = "1h", From = Samples.Now.AddMinutes(-30), StepSeconds = 600,
            Lines = [new("w1", [1, null, 3])], Markers = [new(Samples.Now.AddMinutes(-12), "worker", "w1 restarted")],
        };
        bed.Api.Answer($"{ManagementRoutes.Charts}/connections", asked =>
            !asked.Contains("previous=true", StringComparison.Ordinal) ? chart
            : previous is null ? new ChatError(ErrorCodes.Invalid, "\"previous\" is no parameter here.", Retryable: false)
            : chart with { From = chart.From.AddMinutes(-30), Lines = previous, Markers = [] });
        return bed;
    }
}
