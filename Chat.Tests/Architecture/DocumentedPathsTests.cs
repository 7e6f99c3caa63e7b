using System.Text.RegularExpressions;

namespace Chat.Tests.Architecture;

/// <summary>What README.md and docs/ call by a path is there.</summary>
public sealed partial class DocumentedPathsTests
{
    // Names with these endings are files of the project wherever they stand; others (chat.db, app.js) may be anybody's.
    private const string OwnEndings = "cs|csproj|razor|md|props|targets|sln|yml|mjs|sh";

    private static readonly string[] Pages =
        [.. RepositoryFiles.All.Where(f => f == "README.md" || (RepositoryFiles.IsIn(f, "docs") && f.EndsWith(".md", StringComparison.Ordinal)))];

    private static readonly HashSet<string> Folders =
        [.. RepositoryFiles.All.SelectMany(f => f.Split('/').SkipLast(1).Select((_, i) => string.Join('/', f.Split('/').Take(i + 1))))];

    [Fact]
    public void Pages_Links_LeadSomewhere()
    {
        var broken = from page in Pages
            from Match link in Link().Matches(WithoutFences(RepositoryFiles.Read(page)))
            let target = link.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            let path = Normalize(Path.Combine(Path.GetDirectoryName(page)!, target))
            where !RepositoryFiles.All.Contains(path) && !Folders.Contains(path)
            select $"{page} links to {target}";
        Findings.None(broken);
    }

    [Fact]
    public void Pages_PathsInBackticks_Exist()
    {
        var broken = from page in Pages
            from Match code in Backticks().Matches(WithoutFences(RepositoryFiles.Read(page)))
            let name = code.Groups[1].Value
            where LooksLikeAPath(name) && !Exists(page, name)
            select $"{page} names {name}";
        Findings.None(broken);
    }

    [Theory]
    [InlineData("Chat.Server/Program.cs", true)]
    [InlineData("Program.cs", true)]
    [InlineData("docs/", true)]
    [InlineData(".ci/run", true)]
    [InlineData("Storage/LogWriter.cs:12", true)]
    [InlineData("/health/ui", false)]
    [InlineData("data/chat.db", false)]
    [InlineData("dotnet test Chat.sln", false)]
    [InlineData("Chat.Server/*.cs", false)]
    [InlineData("When_….cs", false)]
    [InlineData("text/plain", false)]
    public void LooksLikeAPath_Names_AreToldApart(string name, bool expected) => Assert.Equal(expected, LooksLikeAPath(name));

    [Theory]
    [InlineData("Chat.Tests/Architecture/Layers.cs", true)]
    [InlineData("Architecture/Layers.cs", true)]
    [InlineData("Chat.Tests/Architecture/", true)]
    [InlineData("Layers.cs", true)]
    [InlineData("Architecture/NoSuchFile.cs", false)]
    [InlineData("Chat.Tests/NoSuchFolder/", false)]
    public void Exists_Names_AreLookedUp(string name, bool expected) => Assert.Equal(expected, Exists("README.md", name));

    private static bool LooksLikeAPath(string name)
    {
        if (!PathCharacters().IsMatch(name) || name.StartsWith('/'))
        {
            return false;
        }

        var isOwnFile = OwnFile().IsMatch(name);
        var first = name.Split('/')[0];
        return isOwnFile || (name.Contains('/') && (first is "docs" or ".ci" || Project().IsMatch(first)));
    }

    // From the root, from the page's own folder, or the end of some path: pages speak of Storage/ and LogWriter.cs.
    private static bool Exists(string page, string name)
    {
        var path = name.Split(':')[0].TrimEnd('/');
        var beside = Normalize(Path.Combine(Path.GetDirectoryName(page)!, path));
        return RepositoryFiles.All.Concat(Folders).Any(f => f == path || f == beside || f.EndsWith("/" + path, StringComparison.Ordinal));
    }

    private static string Normalize(string path) => Path.GetRelativePath("/", Path.GetFullPath(path, "/")).TrimEnd('/');

    private static string WithoutFences(string text) => Fence().Replace(text, "");

    [GeneratedRegex(@"^(```|~~~).*?^\1", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\(([^)\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex Backticks();

    [GeneratedRegex(@"^[\w.\-/]+(:\d+)?$", RegexOptions.ECMAScript)]
    private static partial Regex PathCharacters();

    [GeneratedRegex(@"^[\w.\-/]*\w\.(" + OwnEndings + @")(:\d+)?$")]
    private static partial Regex OwnFile();

    [GeneratedRegex(@"^Chat\.\w+$")]
    private static partial Regex Project();
}
