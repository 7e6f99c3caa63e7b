using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Parts.Dialogs;
using Chat.Admin.ServerApi;
using Chat.Contracts;
using Chat.Contracts.Management;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Admin;

/// <summary>Roles are enforced where things are done, and what is done is asked before.</summary>
public sealed class ActionsTests
{
    [Fact]
    public async Task Do_ViewerCallsTheHandlerDirectly_IsRefusedAndPutDown()
    {
        await using var bed = new AdminBed(Role.Viewer);
        var actions = bed.Services.GetRequiredService<Actions>();

        Assert.False(await actions.DoAsync(Role.Operator, "worker.restart", "worker/w1", "node-1", "/x"));

        Assert.Empty(bed.Api.Posts);
        Assert.Equal([("someone", "worker.restart", "worker/w1", "refused")], bed.Audit.Notes);
    }

    [Fact]
    public async Task Do_RoleWasTakenAwayMeanwhile_IsRefused()
    {
        await using var bed = new AdminBed(Role.Operator);
        var actions = bed.Services.GetRequiredService<Actions>();
        Assert.NotNull(await actions.AllowAsync(Role.Operator, "a", "b"));

        Assert.Null(bed.Users.SetRole("someone", Role.Viewer));

        Assert.Null(await actions.AllowAsync(Role.Operator, "a", "b"));
        Assert.Single(bed.Audit.Notes, n => n.Result == "refused");
    }

    [Fact]
    public async Task AddUser_Operator_IsRefused()
    {
        await using var bed = new AdminBed(Role.Operator);

        Assert.False(await bed.Services.GetRequiredService<UserAdmin>().AddAsync("mallory", "a long enough secret", Role.Admin));

        Assert.Null(bed.Users.Find("mallory"));
        Assert.Contains(bed.Audit.Notes, n => n is { Action: "user.create", Result: "refused" });
    }

    [Fact]
    public async Task Replay_Agreed_IsPreviewedThenDoneWithTheSeenNumber()
    {
        await using var bed = new AdminBed(Role.Operator);
        bed.Api.Answer(ManagementRoutes.DeadLetterReplay, new DeadLetterResult { Matched = 2, Done = 2, Sample = [Samples.Letter()] });
        var replay = bed.Services.GetRequiredService<MessageActions>().ReplayAsync(new() { Filter = new() { Reason = "timeout" } }, "letters");
        var question = Assert.IsType<Question>(bed.Desk.Open);
        Assert.Contains("2 letters", question.Title);
        Assert.Null(question.Typed);

        bed.Desk.Answer(new Consent(""));

        Assert.True(await replay);
        var requests = bed.Api.Posts.Select(p => (DeadLetterRequest)p.Body).ToList();
        Assert.Collection(requests, r => Assert.True(r.DryRun), r => Assert.Equal((false, 2), (r.DryRun, r.Expected)));
    }

    [Fact]
    public async Task Discard_Always_WantsTheNumberTypedAndAReason()
    {
        await using var bed = new AdminBed();
        bed.Api.Answer(ManagementRoutes.DeadLetterDiscard, new DeadLetterResult { Matched = 1, Done = 1 });
        var discard = bed.Services.GetRequiredService<MessageActions>().DiscardAsync(new() { Ids = ["d1"] }, "letters");

        var question = Assert.IsType<Question>(bed.Desk.Open);
        Assert.Equal(("1", true, true), (question.Typed, question.ReasonRequired, question.Danger));
        bed.Desk.Answer(null);

        Assert.False(await discard);
        Assert.Single(bed.Api.Posts);
    }

    [Fact]
    public async Task DialogHost_TypedQuestion_OpensTheButtonOnlyForTheWord()
    {
        await using var bed = new AdminBed();
        var host = bed.Render<DialogHost>();
        var answer = bed.Desk.AskAsync(new("Restart all?", "Each in turn.", "Restart all") { Typed = "restart 2", ReasonRequired = true });
        host.WaitForAssertion(() => Assert.True(host.Find("button[type=submit]").HasAttribute("disabled")));

        host.Find("textarea").Input("new release");
        host.Find("input").Input("restart 1");
        Assert.True(host.Find("button[type=submit]").HasAttribute("disabled"));
        host.Find("input").Input("restart 2");
        host.Find("form").Submit();

        Assert.Equal("new release", (await answer)?.Reason);
    }

    [Fact]
    public async Task Reads_SamePageForManyViewers_AskOnce()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        var reads = bed.Services.GetRequiredService<SharedReads>();
        for (var viewer = 0; viewer < 50; viewer++)
        {
            Assert.NotNull((await reads.GetAsync<QueueAnswer>("node-1", ManagementRoutes.Queue, Role.Viewer)).Value);
        }

        Assert.Single(bed.Api.Gets);
        await reads.GetAsync<QueueAnswer>("node-1", ManagementRoutes.Queue, Role.Admin);
        Assert.Equal(2, bed.Api.Gets.Count);
    }

    [Fact]
    public async Task Fleet_SharedQuestion_IsAskedOfWhoAnsweredLast()
    {
        await using var bed = new AdminBed(Role.Viewer, "a", "b", "c");
        Samples.Fill(bed.Api);
        bed.Api.Down.Add("a");
        var fleet = bed.Services.GetRequiredService<Fleet>();
        for (var question = 0; question < 3; question++)
        {
            Assert.NotNull((await fleet.AnyAsync<SettingsAnswer>($"{ManagementRoutes.Settings}?n={question}", Role.Viewer)).Value);
        }

        Assert.Equal(["a", "b", "b", "b"], bed.Api.Gets.Select(g => g.Node));
        bed.Api.Down.Remove("a");
        bed.Api.Down.Add("b");
        Assert.NotNull((await fleet.AnyAsync<SettingsAnswer>(ManagementRoutes.Settings, Role.Viewer)).Value);
        Assert.Equal("a", bed.Api.Gets.Last().Node);
        bed.Api.Down.UnionWith(["a", "b", "c"]);
        Assert.Equal(ReplyCodes.Unreachable, (await fleet.AnyAsync<SettingsAnswer>($"{ManagementRoutes.Settings}?n=9", Role.Viewer)).Error?.Code);
    }

    [Fact]
    public async Task Fleet_OneOfThreeNodesDown_IsPartial()
    {
        await using var bed = new AdminBed(Role.Viewer, "a", "b", "c");
        Samples.Fill(bed.Api);
        bed.Api.Down.Add("b");
        var fleet = bed.Services.GetRequiredService<Fleet>();

        Assert.Equal("2 of 3 nodes answered", (await fleet.AllAsync<QueueAnswer>(ManagementRoutes.Queue, Role.Viewer)).Partial);
        var page = await fleet.PageAsync<QueueUserView>(ManagementRoutes.QueueUsers, new PageQuery(1, 25, "-pending", new Dictionary<string, string>()), Role.Viewer, RowOrder.By<QueueUserView>("-pending", RowOrder.OfQueue, u => u.User));
        Assert.Equal(("2 of 3 nodes answered", 2L, 2), (page.Partial, page.Total, page.Items.Count));
        bed.Api.Down.UnionWith(["a", "c"]);
        bed.Services.GetRequiredService<SharedReads>().Forget();
        Assert.Equal(ReplyCodes.Unreachable, (await fleet.AllAsync<QueueAnswer>(ManagementRoutes.Queue, Role.Viewer)).Error?.Code);
    }
}
