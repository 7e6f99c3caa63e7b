using AngleSharp.Dom;
using Bunit;
using Chat.Admin.Access;
using Chat.Admin.Pages;
using Chat.Admin.Parts.Dialogs;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;

namespace Chat.Tests.Admin;

/// <summary>The configuration in force as a page shows it, and how it is changed from there.</summary>
public sealed class SettingsTests
{
    private static readonly SettingView Age = new() { Key = "Retention:MaxAge", Value = "", Default = "", Source = SettingSources.File, Change = new("time span", "", true) };

    [Fact]
    public async Task Rows_Each_TellSourceAndWhenAChangeTakesEffect()
    {
        await using var bed = Bed();
        var page = Open(bed, "/admin/settings");
        Assert.Equal(["Limits:SendBurst", "7", "changed hereby ada", "at once"], Cells(Row(page, "Limits:SendBurst")).Take(4));
        Assert.Equal(["Workers:Count", "none", "file", "needs restart"], Cells(Row(page, "Workers:Count")).Take(4));
        Assert.Empty(Row(page, "Workers:Count").QuerySelectorAll("button"));
        Assert.Contains("hidden", Cells(Row(Open(Bed(Role.Viewer, hidden: true), "/admin/settings"), "Workers:Count")));
    }

    [Theory]
    [InlineData("?which=live", "Limits:SendBurst,Retention:MaxAge")]
    [InlineData("?which=running", "Limits:SendBurst")]
    [InlineData("?q=COUNT", "Workers:Count")]
    [InlineData("?sort=-key", "Workers:Count,Retention:MaxAge,Limits:SendBurst")]
    public async Task Rows_NarrowedOrTurned_AreThese(string query, string keys)
    {
        await using var bed = Bed();
        var page = Open(bed, $"/admin/settings{query}");
        page.WaitForAssertion(() => Assert.Equal(keys.Split(','), page.FindAll("tr[data-row]").Select(KeyOf)));
    }

    [Fact]
    public async Task Change_Confirmed_IsPostedToAllNodesWithItsReason()
    {
        await using var bed = Bed(Role.Admin, nodes: ["north", "south"]);
        var page = Open(bed, "/admin/settings");
        var changing = Button(Row(page, "Limits:SendBurst"), "Change…").ClickAsync(new());
        Assert.Contains("after a restart", bed.Desk.Open!.Effect, StringComparison.Ordinal);
        var fields = bed.Render(bed.Desk.Open.Body!);
        Assert.Contains("integer, 1 to 1000000", fields.Find("label").TextContent, StringComparison.Ordinal);
        await fields.Find("input").InputAsync(new() { Value = " " });
        Assert.NotNull(bed.Desk.Open.Problem!());
        await fields.Find("input").InputAsync(new() { Value = " 5 " });
        Assert.Null(bed.Desk.Open.Problem!());
        bed.Desk.Answer(new Consent("too many"));
        await changing;

        Assert.Equal(["north", "south"], bed.Api.Posts.Select(p => p.Node));
        Assert.All(bed.Api.Posts, p => Assert.Equal((ManagementRoutes.SettingChange, new SettingRequest { Key = "Limits:SendBurst", Value = "5", Reason = "too many" }), (p.Path, p.Body)));
    }

    [Fact]
    public async Task Reset_Confirmed_PostsNoValue()
    {
        await using var bed = Bed();
        var page = Open(bed, "/admin/settings");
        var resetting = Button(Row(page, "Limits:SendBurst"), "Reset…").ClickAsync(new());
        Assert.Contains("what is configured, 500,", bed.Desk.Open!.Effect, StringComparison.Ordinal);
        bed.Desk.Answer(new Consent("enough"));
        await resetting;
        Assert.Equal(new SettingRequest { Key = "Limits:SendBurst", Reason = "enough" }, Assert.Single(bed.Api.Posts).Body);
    }

    [Fact]
    public async Task Retention_Changed_MustBeTyped()
    {
        await using var bed = Bed();
        var page = Open(bed, "/admin/settings");
        var changing = Button(Row(page, "Retention:MaxAge"), "Change…").ClickAsync(new());
        Assert.Equal(("Retention:MaxAge", true, true), (bed.Desk.Open!.Typed, bed.Desk.Open.Danger, bed.Desk.Open.ReasonRequired));
        Assert.Contains("removed for good", bed.Desk.Open.Effect, StringComparison.Ordinal);
        Assert.Null(bed.Desk.Open.Problem!());
        bed.Desk.Answer(null);
        await changing;
        Assert.Empty(bed.Api.Posts);
    }

    private static AdminBed Bed(Role role = Role.Admin, bool hidden = false, params string[] nodes)
    {
        var bed = new AdminBed(role, nodes);
        bed.Api.Answer(ManagementRoutes.Settings, new SettingsAnswer
        {
            Settings = [Samples.Setting("7"), Age, new() { Key = "Workers:Count", Value = hidden ? null : "", Source = "file", NeedsRestart = true }],
            LogLevels = [new("Default", "Information", null)],
        });
        bed.Api.Answer(ManagementRoutes.SettingChange, new ActionResult { Outcome = ActionOutcomes.Done, Text = "It is so now.", Count = 1 });
        foreach (var node in bed.Api.Nodes)
        {
            bed.Tell(Samples.Overview(), node);
        }

        return bed;
    }

    private static IRenderedComponent<DynamicComponent> Open(AdminBed bed, string address)
    {
        var page = bed.Open(typeof(Settings), address);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("tr[data-row]")));
        return page;
    }

    private static IElement Row(IRenderedComponent<DynamicComponent> page, string key) => page.FindAll("tr[data-row]").Single(r => KeyOf(r) == key);

    private static string KeyOf(IElement row) => row.QuerySelector("td .mono")!.TextContent;

    private static string[] Cells(IElement row) => [.. row.QuerySelectorAll("td").Select(c => c.TextContent.Trim())];

    private static IElement Button(IElement row, string text) => row.QuerySelectorAll("button").Single(b => b.TextContent == text);
}
