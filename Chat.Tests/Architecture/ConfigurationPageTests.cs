using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Chat.Tests.Architecture;

/// <summary>docs/configuration.md tells every setting as the code has it. With <c>CHAT_CONFIGURATION_PAGE</c> set it is made anew.</summary>
public sealed partial class ConfigurationPageTests
{
    private const string Page = "docs/configuration.md";

    [Fact]
    public void Page_Tables_AreWhatTheCodeSays()
    {
        var page = RepositoryFiles.Read(Page);
        var mark = page.IndexOf(ConfigurationPage.Mark, StringComparison.Ordinal);
        Assert.True(mark > 0, $"{Page} has lost its mark: {ConfigurationPage.Mark}");
        var expected = page[..mark] + ConfigurationPage.Write();
        if (Environment.GetEnvironmentVariable("CHAT_CONFIGURATION_PAGE") is { Length: > 0 })
        {
            File.WriteAllText(Repository.PathOf(Page), expected);
            return;
        }

        Findings.None(expected.Split('\n').Except(page.Split('\n')).Select(line => $"{Page} lacks: {line}"));
        Findings.None(page.Split('\n').Except(expected.Split('\n')).Select(line => $"{Page} has, and the code has not: {line}"));
        Assert.Equal(expected, page);
    }

    [Fact]
    public void Settings_Each_HasASummary() => Findings.None(ConfigurationPage.Unexplained.Select(key => $"{key} is explained nowhere"));

    [Fact]
    public void Page_EveryKeyOfTheSettingsFile_IsNamed()
    {
        var page = RepositoryFiles.Read(Page);
        var keys = new ConfigurationBuilder().AddJsonFile(Repository.PathOf("appsettings.json")).Build().AsEnumerable()
            .Where(pair => pair.Value is not null)
            .Select(pair => Number().Replace(RuleName().Replace(pair.Key, "Alerts:Rules:NAME:"), ""));
        Findings.None(keys.Where(key => !NamesOf(key).Any(name => page.Contains(name, StringComparison.Ordinal))).Select(key => $"{Page} does not name {key}"));
    }

    [Theory]
    [InlineData("Kept for <c>1.00:00:00</c>,\n  see <see cref=\"Other\"/> &amp; more.", "Kept for `1.00:00:00`, see `Other` & more.")]
    public void Summaries_Xml_BecomesMarkdown(string xml, string markdown) => Assert.Equal(markdown, Summaries.ToMarkdown(xml));

    /// <summary>As itself, as what it is a part of, or as a section.</summary>
    private static string[] NamesOf(string key) => key.LastIndexOf(':') is > 0 and var colon ? [$"`{key}`", $"`{key[..colon]}`"] : [$"### {key}\n"];

    [GeneratedRegex(@"^Alerts:Rules:\w+:")]
    private static partial Regex RuleName();

    [GeneratedRegex(@":\d+$")]
    private static partial Regex Number();
}
