using AngleSharp.Dom;
using Bunit;
using Chat.Admin.Pages;
using Chat.Admin.Parts.Tables;
using Chat.Contracts.Management;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Admin;

/// <summary>Which columns a table shows, and what the browser is asked to keep of that.</summary>
public sealed class ColumnsTests
{
    public static TheoryData<string, Type, string, string> Tables { get; } = new()
    {
        { "/admin/connections", typeof(Connections), "Device", "connections" },
        { "/admin/connections?tab=users", typeof(Connections), "Workers", "users" },
        { "/admin/connections?tab=blocked", typeof(Connections), "By", "blocked-users" },
        { "/admin/workers", typeof(Chat.Admin.Pages.Workers), "Pid", "workers" },
        { "/admin/queue", typeof(Queue), "In flight", "owed-to-connected-devices" },
        { "/admin/queue?tab=dead", typeof(Queue), "Type", "dead-letters" },
        { "/admin/conversations", typeof(Conversations), "Policy", "conversations" },
        { "/admin/audit", typeof(Audit), "Correlation", "audit" },
        { "/admin/settings", typeof(Settings), "Source", "effective-configuration" },
        { "/admin/settings?tab=users", typeof(Settings), "Since", "console-users" },
        { "/admin/alerts", typeof(Chat.Admin.Pages.Alerts), "Told", "alerts" },
        { "/admin/alerts?tab=history", typeof(Chat.Admin.Pages.Alerts), "Lasted", "history" },
        { "/admin/alerts?tab=rules", typeof(Chat.Admin.Pages.Alerts), "For", "rules" },
        { "/admin/alerts?tab=channels", typeof(Chat.Admin.Pages.Alerts), "Waiting", "channels" },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Column_TakenAway_GoesWithItsCellsAndIsKept(string address, Type type, string column, string table)
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        var page = bed.Open(type, address);
        Assert.Contains(column, Heads(page));
        var cells = Cells(page);

        await Box(page, column).ChangeAsync(new() { Value = false });

        Assert.DoesNotContain(column, Heads(page));
        Assert.Equal(cells - 1, Cells(page));
        var kept = bed.JSInterop.Invocations["consoleUi.keepColumns"].Single();
        Assert.Equal([ColumnChoice.Cookie, table], kept.Arguments.Take(2));
        Assert.Equal([ColumnChoice.WordOf(column)], Assert.IsType<string[]>(kept.Arguments[2]));

        await Button(page, "As at first").ClickAsync(new());
        Assert.Contains(column, Heads(page));
        Assert.True(Button(page, "As at first").HasAttribute("disabled"));
        Assert.Empty(Assert.IsType<string[]>(bed.JSInterop.Invocations["consoleUi.keepColumns"][^1].Arguments[2]));
    }

    [Fact]
    public async Task Conversations_WhatCostsAnotherLook_IsAskedForWhereItIsShown()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        bed.Api.Answer(ManagementRoutes.Conversations, Samples.PageOf<ConversationView>(new()
        {
            Id = "c1",
            Kind = "group",
            Policy = "durable",
            Online = 7,
            MessagesPerMinute = 2.5,
            StoredBytes = 2_000,
            StoredEstimated = true,
            Queued = 31,
            QueuedMore = true,
        }));
        var page = bed.Open(typeof(Conversations), "/admin/conversations");
        Assert.Contains("with=online,rate&", Asked(bed) + "&");
        Assert.DoesNotContain("about", page.Find("tbody tr").TextContent);

        await Box(page, "Stored").ChangeAsync(new() { Value = true });
        await Box(page, "Queued for").ChangeAsync(new() { Value = true });
        await Box(page, "Online now").ChangeAsync(new() { Value = false });

        Assert.Contains("with=rate,size,queued&", Asked(bed) + "&");
        var row = page.Find("tbody tr").TextContent;
        Assert.Contains("about", row);
        Assert.Contains("at least", row);
        Assert.Contains("31", row);
    }

    private static string Asked(AdminBed bed) => bed.Api.Gets.Last(g => g.PathAndQuery.StartsWith(ManagementRoutes.Conversations, StringComparison.Ordinal)).PathAndQuery;

    [Fact]
    public async Task Columns_KeptByTheBrowser_AreSoFromTheFirstPicture()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        bed.Services.GetRequiredService<ColumnChoice>().Read("connections.device.transport_audit.reason");
        var page = bed.Open(typeof(Connections), "/admin/connections");
        Assert.DoesNotContain("Device", Heads(page));
        Assert.Contains("Transport", Heads(page));
        Assert.False(Box(page, "Device").HasAttribute("checked"));
        Assert.True(Box(page, "Transport").HasAttribute("checked"));
    }

    [Fact]
    public async Task FirstColumn_CannotGo()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        bed.Services.GetRequiredService<ColumnChoice>().Read("connections.user");
        var page = bed.Open(typeof(Connections), "/admin/connections");
        Assert.Contains("User", Heads(page));
        Assert.DoesNotContain(page.FindAll(".chooser label"), l => l.TextContent.Trim() == "User");
    }

    [Fact]
    public async Task Workers_OfTwoNodes_ShowTheSameColumns()
    {
        await using var bed = new AdminBed(nodes: ["north", "south"]);
        Samples.Fill(bed.Api);
        var page = bed.Open(typeof(Chat.Admin.Pages.Workers), "/admin/workers");
        Assert.Equal(2, Heads(page).Count(h => h == "Pid"));
        await Box(page, "Pid").ChangeAsync(new() { Value = false });
        Assert.DoesNotContain("Pid", Heads(page));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("workers")]
    [InlineData("workers.<script>")]
    [InlineData("workers.pid.GC\"onload=")]
    [InlineData("WORKERS.pid")]
    [InlineData("a.workers_._.pid_..")]
    public void Cookie_Nonsense_IsAsAtFirst(string? cookie)
    {
        var choice = new ColumnChoice(null!);
        choice.Read(cookie);
        Assert.True(choice.IsAsAtFirst("Workers"));
        Assert.True(choice.IsShown("Workers", "Pid", optional: false));
        Assert.False(choice.IsShown("Workers", "GC", optional: true));
    }

    [Fact]
    public void Cookie_LongerThanABrowserKeeps_IsNotRead()
    {
        var choice = new ColumnChoice(null!);
        choice.Read("workers.pid_" + new string('x', 5000));
        Assert.True(choice.IsAsAtFirst("Workers"));
        choice.Read("workers.pid_" + new string('x', 500));
        Assert.False(choice.IsAsAtFirst("Workers"));
    }

    private static IReadOnlyList<string> Heads(IRenderedComponent<DynamicComponent> page) => [.. page.FindAll("table.data th").Select(h => h.TextContent.TrimEnd('▲', '▼', ' ').Trim())];

    private static int Cells(IRenderedComponent<DynamicComponent> page) => page.Find("table.data tbody tr").Children.Length;

    private static IElement Box(IRenderedComponent<DynamicComponent> page, string column) => page.FindAll(".chooser label").First(l => l.TextContent.Trim() == column).QuerySelector("input")!;

    private static IElement Button(IRenderedComponent<DynamicComponent> page, string text) => page.FindAll("button").First(b => b.TextContent == text);
}
