using Bunit;
using Chat.Admin.Parts;
using Chat.Contracts.Management;
using Chat.Tests.Management;
using Microsoft.AspNetCore.Components;

namespace Chat.Tests.Admin;

/// <summary>Whatever a page lets somebody choose, the real routes take: the pages' own tests ask a fake that takes everything.</summary>
public sealed class FiltersTests(ManagementBed real) : IClassFixture<ManagementBed>
{
    public static TheoryData<string> Addresses => PagesTests.Addresses;

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Page_WhateverIsChosen_AsksWhatTheRealRoutesTake(string address)
    {
        string[][] consoles = [["node-1"], ["north", "south"]];
        foreach (var nodes in consoles)
        {
            await using var bed = new AdminBed(nodes: nodes);
            Samples.Fill(bed.Api);

            // Both would tell the same rows, which real ones do not; what is asked of it counts all the same.
            bed.Api.Down.UnionWith(nodes.Skip(1));
            foreach (var node in nodes)
            {
                bed.Tell(Samples.Overview(), node);
            }

            var page = PagesTests.Open(bed, address);
            page.WaitForAssertion(() => Assert.Empty(page.FindAll(".skeleton")));
            await ChooseAllAsync(page);
            var refused = new List<string>();
            foreach (var path in bed.Api.Gets.Select(g => g.PathAndQuery).Distinct())
            {
                using var response = await real.Admin.GetAsync(path);
                if ((int)response.StatusCode == 400)
                {
                    refused.Add($"{path}: {await response.Content.ReadAsStringAsync()}");
                }
            }

            Assert.True(refused.Count == 0, string.Join("\n", refused));
        }
    }

    [Fact]
    public async Task State_Grace_IsAskedOfOneNodeForAll()
    {
        await using var bed = new AdminBed(nodes: ["north", "south"]);
        Samples.Fill(bed.Api);
        var page = PagesTests.Open(bed, "/admin/connections?tab=users");
        await page.Find("select[aria-label=State]").ChangeAsync(new() { Value = UserStates.Grace });
        var asked = bed.Api.Gets.Where(g => g.PathAndQuery.Contains("state=grace", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain("scope=node", Assert.Single(asked).PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transport_IsChosenWithItsCount()
    {
        await using var bed = new AdminBed();
        Samples.Fill(bed.Api);
        bed.Api.Answer(ManagementRoutes.Connections, Samples.PageOf<ConnectionView>(new() { Id = "c1", User = "u1", Device = "d" }) with
        {
            Counts = new Dictionary<string, IReadOnlyDictionary<string, long>> { ["transport"] = new Dictionary<string, long> { ["WebSockets"] = 1200, ["LongPolling"] = 3 } },
        });
        var page = PagesTests.Open(bed, "/admin/connections");
        Assert.Equal(["All transports", $"WebSockets {Units.Count(1200)}", "ServerSentEvents 0", "LongPolling 3"], page.FindAll("select[aria-label=Transport] option").Select(o => o.TextContent.Trim()));
        await page.Find("select[aria-label=Transport]").ChangeAsync(new() { Value = "LongPolling" });
        Assert.Contains("transport=LongPolling", bed.Api.Gets.Last().PathAndQuery, StringComparison.Ordinal);
    }

    private static async Task ChooseAllAsync(IRenderedComponent<DynamicComponent> page)
    {
        for (var i = 0; i < page.FindAll("select").Count; i++)
        {
            foreach (var option in page.FindAll("select")[i].QuerySelectorAll("option").Select(o => o.GetAttribute("value") ?? o.TextContent).Append("").ToList())
            {
                if (page.FindAll("select").ElementAtOrDefault(i) is { } select && select.HasAttribute("blazor:onchange"))
                {
                    await select.ChangeAsync(new() { Value = select.QuerySelectorAll("option").Any(o => o.GetAttribute("value") == option) || option.Length > 0 ? option : select.QuerySelector("option")!.GetAttribute("value") });
                }
            }
        }

        for (var i = 0; i < page.FindAll("th button").Count; i++)
        {
            await page.FindAll("th button")[i].ClickAsync(new());
            await page.FindAll("th button")[i].ClickAsync(new());
        }

        for (var i = 0; i < page.FindAll(".tools button[aria-pressed]").Count; i++)
        {
            await page.FindAll(".tools button[aria-pressed]")[i].ClickAsync(new());
            await page.FindAll(".tools button[aria-pressed]")[i].ClickAsync(new());
        }

        for (var i = 0; i < page.FindAll("input[type=search]").Count; i++)
        {
            var box = page.FindAll("input[type=search]")[i];
            await (box.HasAttribute("blazor:onchange") ? box.ChangeAsync(new() { Value = "some text" }) : box.InputAsync(new() { Value = "some text" }));
        }
    }
}
