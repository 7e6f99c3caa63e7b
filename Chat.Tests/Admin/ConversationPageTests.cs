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

    private static AdminBed Bed(string id)
    {
        var bed = new AdminBed(Role.Admin);
        Samples.Fill(bed.Api);
        var path = $"{ManagementRoutes.Conversations}/{Uri.EscapeDataString(id)}";
        bed.Api.Answer(path, new ConversationDetail
        {
            Conversation = new() { Id = id, Kind = id.StartsWith("topic:", StringComparison.Ordinal) ? "topic" : "group", Policy = "durable" },
            Rate = new() { Chart = new() { Name = "conversation-rate", Group = "Traffic", Title = "Messages a minute", Unit = "" }, Range = "1h", From = Samples.Now, StepSeconds = 60, Lines = [new("", [3, 7])] },
        });
        bed.Api.Answer(path + "/members", Samples.PageOf<MemberView>(new() { User = "u", Role = "member" }));
        bed.Api.Answer(path + "/messages", new Stretch<MessageView>());
        return bed;
    }
}
