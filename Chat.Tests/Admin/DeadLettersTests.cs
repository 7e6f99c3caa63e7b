using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Parts.Dialogs;
using Chat.Admin.ServerApi;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Admin;

/// <summary>The queue's page: dead letters, what is done about many of them, and numbers that are old.</summary>
public sealed class DeadLettersTests
{
    [Fact]
    public async Task Letter_ShowsItsSizeAndBothErrors()
    {
        await using var bed = Bed();
        bed.Api.Answer(ManagementRoutes.DeadLetters, Samples.PageOf(Samples.Letter() with { FirstError = "it was full", Reason = "it was closed" }));
        var row = PagesTests.Open(bed, "/admin/queue?tab=dead").Find("[aria-label='Dead letters'] tr[data-row]").TextContent;
        Assert.Contains("2 KB", row);
        Assert.Contains("it was full", row);
        Assert.Contains("it was closed", row);
    }

    [Fact]
    public async Task Filter_OfUserAndConversation_IsReplayedAsAWhole()
    {
        await using var bed = Bed();
        bed.Api.Answer(ManagementRoutes.DeadLetterReplay, new DeadLetterResult { Matched = 2, Done = 2 });
        var page = PagesTests.Open(bed, "/admin/queue?tab=dead&user=u1");
        await page.Find("input[aria-label=Conversation]").ChangeAsync(new() { Value = "c1" });
        Assert.Contains(bed.Api.Gets, g => g.PathAndQuery.Contains("conversation=c1", StringComparison.Ordinal));

        var replaying = Button(page, "Replay all that fit…").ClickAsync(new());
        Assert.Equal("Replay 2 letters?", bed.Desk.Open?.Title);
        bed.Desk.Answer(new Consent(""));
        await replaying;

        var requests = bed.Api.Posts.Select(p => (DeadLetterRequest)p.Body).ToList();
        Assert.All(requests, r => Assert.Equal(new DeadLetterFilter { User = "u1", Conversation = "c1" }, r.Filter));
        Assert.Equal([true, false], requests.Select(r => r.DryRun));
        page.WaitForAssertion(() => Assert.Contains("Done: 2 of 2. Failed: 0.", page.Markup));
    }

    [Fact]
    public async Task Unfiltered_HasNoButtonForAll()
    {
        await using var bed = Bed();
        var page = PagesTests.Open(bed, "/admin/queue?tab=dead");
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent == "Replay all that fit…");
    }

    [Fact]
    public async Task Selection_Replayed_TellsOfEachLetterAndFollowsIt()
    {
        await using var bed = Bed();
        var letter = Samples.Letter();
        bed.Api.Answer(ManagementRoutes.DeadLetterReplay, new DeadLetterResult { Matched = 1, Done = 1, Letters = [new(letter, DeadLetterStates.Queued)] });
        var page = PagesTests.Open(bed, "/admin/queue?tab=dead");
        var replaying = Button(page, "Replay…").ClickAsync(new());
        bed.Desk.Answer(new Consent(""));
        await replaying;
        page.WaitForAssertion(() => Assert.Contains("queued again", Result(page)));

        bed.Api.Answer(ManagementRoutes.DeadLetterReplay, new DeadLetterResult { Matched = 0, Letters = [new(letter, DeadLetterStates.Delivered)] });
        bed.Time.Advance(TimeSpan.FromSeconds(4));
        bed.Viewer.CatchUp();
        page.WaitForAssertion(() => Assert.Contains("delivered", Result(page)));
        Assert.True(((DeadLetterRequest)bed.Api.Posts.Last().Body).DryRun);

        await Button(page, "Close").ClickAsync(new());
        Assert.Empty(page.FindAll("[aria-label='Result of each letter']"));
    }

    [Fact]
    public async Task Replay_OfMany_GoesInPortionsAndCanBeStopped()
    {
        await using var bed = Bed();
        bed.Api.Answer(ManagementRoutes.DeadLetterReplay, new DeadLetterResult { Matched = 45, Done = 20 });
        using var stop = new CancellationTokenSource();
        var told = new List<LetterRun>();
        var replaying = bed.Services.GetRequiredService<MessageActions>().ReplayAsync(
            new() { Ids = [.. Enumerable.Range(0, 45).Select(i => $"d{i}")] },
            "letters",
            run =>
            {
                told.Add(run);
                if (run.Done == 40)
                {
                    stop.Cancel();
                }
            },
            stop.Token);
        bed.Desk.Answer(new Consent(""));
        Assert.True(await replaying);

        Assert.Equal([0, 20, 40, 40], told.Select(r => r.Done));
        Assert.Equal([true, true, true, false], told.Select(r => r.Running));
        Assert.Equal([45, 20, 20], bed.Api.Posts.Select(p => ((DeadLetterRequest)p.Body).Ids!.Count));
    }

    [Fact]
    public async Task Numbers_OfANodeThatIsLost_AreGreyed()
    {
        await using var bed = Bed();
        var page = PagesTests.Open(bed, "/admin/queue");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".chart")));
        Assert.Empty(page.FindAll(".stale, .old"));

        bed.Api.Down.Add("node-1");
        bed.Time.Advance(TimeSpan.FromSeconds(14));
        bed.Viewer.CatchUp();

        page.WaitForAssertion(() => Assert.Contains("stale, 14 s", page.Find(".tiles.stale").TextContent));
        Assert.Equal(page.FindAll(".chart").Count, page.FindAll(".panel.old .chart").Count);
    }

    private static AdminBed Bed()
    {
        var bed = new AdminBed(Role.Operator);
        Samples.Fill(bed.Api);
        return bed;
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<DynamicComponent> page, string text) => page.FindAll("button").First(b => b.TextContent == text);

    private static string Result(IRenderedComponent<DynamicComponent> page) => page.Find("[aria-label='Result of each letter'] tbody").TextContent;
}
