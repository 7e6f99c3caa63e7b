using System.Text.Json;
using Chat.Tests.Support;
using Microsoft.Playwright;

namespace Chat.Tests.Browser;

/// <summary>What axe-core finds in a page, and whether it is wider than the window.</summary>
internal static class Accessibility
{
    private static readonly Lazy<Task<string>> Axe = new(async () => await File.ReadAllTextAsync(
        Path.Combine(await NodePackages.InstallAsync(Repository.PathOf("Chat.Tests", "assets", "browser"), "axe-core"), "axe.min.js")));

    public static async Task<IReadOnlyList<string>> FindingsAsync(this IPage page, string path)
    {
        await page.EvaluateAsync(await Axe.Value);
        var result = await page.EvaluateAsync<JsonElement>(
            "async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations"
            + ".filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3).join(' | '))");
        List<string> findings = [.. result.EnumerateArray().Select(v => $"{path}: {v}")];
        if (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth + 1"))
        {
            findings.Add($"{path} is wider than the window");
        }

        return findings;
    }
}
