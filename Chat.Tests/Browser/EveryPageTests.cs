using Chat.Tests.Support.Clients;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>Every page and tab, in both themes and at both widths, as axe sees it.</summary>
[Collection(ConsoleFixture.Name)]
public sealed class EveryPageTests(ConsoleFixture console)
{
    private static readonly string[] Paths =
    [
        "admin", "admin/workers", "admin/workers/w1", "admin/connections", "admin/connections?tab=users", "admin/connections?tab=blocked", "admin/conversations",
        "admin/alerts", "admin/alerts?tab=pending", "admin/alerts?tab=silenced", "admin/alerts?tab=history", "admin/alerts?tab=rules", "admin/alerts?tab=channels",
        "admin/queue", "admin/queue?tab=dead", "healthchecks-ui", "healthchecks-ui?tab=webhooks", "healthchecks-ui?tab=callers", "admin/audit", "admin/trace",
        "admin/metrics", "admin/metrics?tab=Delivery", "admin/metrics?tab=Queue", "admin/metrics?tab=Database", "admin/metrics?tab=Redis", "admin/metrics?tab=Runtime", "admin/metrics?tab=Process", "admin/metrics?tab=HTTP",
        "admin/metrics?view=table&compare=previous&chart.connections=total", "admin/settings", "admin/settings?tab=users", "admin/settings?tab=account", "admin/settings?tab=about", "admin/playground",
    ];

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Pages_Admin_AreAccessibleAndQuiet(int width)
    {
        // Pages of somebody and of something, and an alert with its details.
        var name = $"seen-{Guid.CreateVersion7():N}"[..20];
        await using var client = await StockClient.ConnectedAsync(console.Server.Url, name, "phone");
        var conversation = (await client.CreateDirectAsync($"other-{name}")).Id;
        await client.SendAsync(conversation, new { text = "hello" });
        string[] paths = [.. Paths, $"admin/user?id={name}", $"admin/conversation?id={Uri.EscapeDataString(conversation)}", "admin/alerts?tab=rules&open=" + Uri.EscapeDataString($"{console.Server.ManagementUrl.Authority}DiskFull")];
        var (page, complaints) = await console.OpenAsync(width: width);
        var findings = new List<string>();
        foreach (var path in paths)
        {
            await console.GoAsync(page, path);
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                findings.AddRange(await page.FindingsAsync($"{path} ({scheme})"));
                await PictureAsync(page, path, width, scheme);
            }
        }

        Assert.True(findings.Count == 0, string.Join("\n", findings));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    private static async Task PictureAsync(IPage page, string path, int width, ColorScheme scheme)
    {
        var wanted = (width, scheme) switch
        {
            (1280, ColorScheme.Light) => path is "admin" or "admin/workers" or "admin/alerts?tab=rules" or "healthchecks-ui",
            (1280, ColorScheme.Dark) => path is "admin" or "admin/metrics",
            _ => path is "admin",
        };
        if (wanted)
        {
            await ConsoleFixture.PictureAsync(page, $"{path.Replace('/', '-').Replace("?tab=", "-", StringComparison.Ordinal)}{(scheme is ColorScheme.Dark ? "-dark" : "")}{(width < 500 ? "-phone" : "")}");
        }
    }
}
