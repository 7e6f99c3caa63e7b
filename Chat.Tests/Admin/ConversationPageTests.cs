using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;

namespace Chat.Tests.Admin;

/// <summary>A conversation's page: its rate, and the message that tries a topic out.</summary>
public sealed class ConversationPageTests
{
    [Fact]
    public async Task Rate_IsDrawnWithItsTable()
    {
        await using var bed = Bed("c1");
        var page = PagesTests.Open(bed, "/admin/conversation?id=c1");

        Assert.Equal("Messages a minute", page.Find("figure.chart .chart-title").TextContent);
        await page.Find("figure.chart button").ClickAsync(new());
        Assert.Contains("7", page.Find(".chart-table tbody tr").TextContent);
    }

    [Fact]
    public async Task TestMessage_OfATopicForTests_IsAskedForSentAndCanBeFollowed()
    {
        await using var bed = Bed("topic:test-1");
        bed.Api.Answer(ManagementRoutes.Conversations + "/topic%3Atest-1/test", new TestMessage("m7", 4));
        var page = bed.Open(typeof(ConversationPage), "/admin/conversation?id=topic%3Atest-1", null);

        var sending = page.FindAll("button").First(b => b.TextContent == "Publish a test message…").ClickAsync(new());
        Assert.Equal("Publish a test message to topic:test-1?", bed.Desk.Open?.Title);
        bed.Desk.Answer(new Consent(""));
        await sending;

        Assert.Equal("/admin/trace?id=m7", page.FindAll("a").First(a => a.TextContent == "Follow the test message, seq 4").GetAttribute("href"));
    }

    [Theory]
    [InlineData("c1")]
    [InlineData("topic:news")]
    public async Task TestMessage_OfAnythingElse_IsNotOffered(string id)
    {
        await using var bed = Bed(id);
        var page = bed.Open(typeof(ConversationPage), $"/admin/conversation?id={Uri.EscapeDataString(id)}", null);
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent == "Publish a test message…");
    }

    [Fact]
    public async Task Lock_IsAskedForWithAReasonAndMarksThePage_ThenUnlockIsOffered()
    {
        await using var bed = Bed("c1", Role.Operator);
        bed.Api.Answer(ManagementRoutes.Conversations + "/c1/lock", new ActionResult { Outcome = ActionOutcomes.Done });
        var page = bed.Open(typeof(ConversationPage), "/admin/conversation?id=c1", null);
        Assert.Contains("open", Sending(page));

        var locking = page.FindAll("button").First(b => b.TextContent == "Lock…").ClickAsync(new());
        var question = bed.Desk.Open!;
        Assert.Equal(("Lock c1?", true), (question.Title, question.ReasonRequired));
        bed.Api.Answer(ManagementRoutes.Conversations + "/c1", Detail("c1", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));
        bed.Desk.Answer(new Consent("spam"));
        await locking;

        var post = Assert.Single(bed.Api.Posts);
        Assert.Equal((ManagementRoutes.Conversations + "/c1/lock", "spam"), (post.Path, Assert.IsType<ReasonRequest>(post.Body).Reason));
        Assert.Contains("locked", Sending(page));
        Assert.Contains("by op since", Sending(page));
        Assert.Contains(page.FindAll("button"), b => b.TextContent == "Unlock…");
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent == "Lock…");
    }

    [Fact]
    public async Task Lock_ByAViewer_IsShownAsNotAllowed()
    {
        await using var bed = Bed("c1", Role.Viewer);
        var page = bed.Open(typeof(ConversationPage), "/admin/conversation?id=c1", null);
        Assert.Equal("true", page.FindAll("button").First(b => b.TextContent == "Lock…").GetAttribute("aria-disabled"));
    }

    [Fact]
    public async Task List_LockedConversation_IsMarked()
    {
        await using var bed = Bed("c1");
        bed.Api.Answer(ManagementRoutes.Conversations, new Page<ConversationView>
        {
            Items = [new() { Id = "c1", Kind = "group", Policy = "durable", LockedAt = Samples.Now }, new() { Id = "c2", Kind = "group", Policy = "durable" }],
            Total = 2,
        });
        var page = PagesTests.Open(bed, "/admin/conversations");
        var rows = page.FindAll("tbody tr");
        Assert.Contains("locked", rows[0].TextContent);
        Assert.DoesNotContain("locked", rows[1].TextContent);
    }

    [Fact]
    public async Task SendAgain_AsksForASeqAndTheUsersName_AndSendsFromThere()
    {
        await using var bed = Bed("c1", Role.Operator);
        bed.Api.Answer(ManagementRoutes.Conversations + "/c1", Detail("c1") with { Conversation = Detail("c1").Conversation with { First = 2, Head = 9 } });
        bed.Api.Answer(ManagementRoutes.Conversations + "/c1/members", Samples.PageOf<MemberView>(new() { User = "u", Role = "member", JoinedSeq = 4 }));
        bed.Api.Answer(ManagementRoutes.Conversations + "/c1/members/u/resend", new ActionResult { Outcome = ActionOutcomes.Done, Count = 1 });
        var page = bed.Open(typeof(ConversationPage), "/admin/conversation?id=c1", null);

        var sending = page.FindAll("button").First(b => b.TextContent == "Send again…").ClickAsync(new());
        var question = bed.Desk.Open!;
        Assert.Equal("u", question.Typed);
        Assert.Equal("Type a seq from 4 to 9.", question.Problem!());
        var fields = bed.Render(question.Body!);
        foreach (var (typed, problem) in new[] { ("3", true), ("10", true), ("x", true), ("5", false) })
        {
            await fields.Find("input").InputAsync(new() { Value = typed });
            Assert.Equal(problem, question.Problem() is not null);
        }

        Assert.Contains("5 events are sent once more.", fields.Markup);
        bed.Desk.Answer(new Consent(""));
        await sending;

        var post = Assert.Single(bed.Api.Posts);
        Assert.Equal((ManagementRoutes.Conversations + "/c1/members/u/resend", (long?)5), (post.Path, Assert.IsType<ResendRequest>(post.Body).From));
    }

    private static string Sending(IRenderedComponent<IComponent> page) =>
        page.FindAll("dl.facts dt").First(t => t.TextContent == "Sending").NextElementSibling!.TextContent;

    private static ConversationDetail Detail(string id, DateTimeOffset? lockedAt = null) => new()
    {
        Conversation = new()
        {
            Id = id,
            Kind = id.StartsWith("topic:", StringComparison.Ordinal) ? "topic" : "group",
            Policy = "durable",
            LockedAt = lockedAt,
            LockedBy = lockedAt is null ? null : "op",
        },
        Rate = new() { Chart = new() { Name = "conversation-rate", Group = "Traffic", Title = "Messages a minute", Unit = "" }, Range = "1h", From = Samples.Now, StepSeconds = 60, Lines = [new("", [3, 7])] },
    };

    private static AdminBed Bed(string id, Role role = Role.Admin)
    {
        var bed = new AdminBed(role);
        Samples.Fill(bed.Api);
        var path = $"{ManagementRoutes.Conversations}/{Uri.EscapeDataString(id)}";
        bed.Api.Answer(path, Detail(id));
        bed.Api.Answer(path + "/members", Samples.PageOf<MemberView>(new() { User = "u", Role = "member" }));
        bed.Api.Answer(path + "/messages", new Stretch<MessageView>());
        return bed;
    }
}
