using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Chat.Tests.Architecture;

public sealed partial class LayersTests
{
    private const string Server = "Chat.Server";

    // Every name under Chat.Server, so that Storage.X inside another folder is recognised without its prefix.
    private static readonly HashSet<string> ServerNames =
        [.. Assembly.Load(Server).GetTypes().SelectMany(t => (string[])[t.FullName!.Split('`', '+')[0], .. Parents(t.Namespace)])];

    [Fact]
    public void Folders_OfTheServer_AreAllInTheTable()
    {
        var folders = RepositoryFiles.Code.Where(f => RepositoryFiles.IsIn(f, Server)).Select(f => f.Split('/')).Where(p => p.Length > 2).Select(p => p[1]);
        Findings.None(folders.Except(Layers.Folders.Keys));
    }

    [Fact]
    public void Folders_OfTheServer_KnowOnlyWhatTheTableAllows()
    {
        var broken =
            from folder in Layers.Folders
            from file in RepositoryFiles.Code.Where(f => RepositoryFiles.IsIn(f, $"{Server}/{folder.Key}"))
            from used in NamespacesUsedBy(RepositoryFiles.Read(file))
            where !folder.Value.Append(folder.Key).Any(allowed => $"{used}.".StartsWith($"{allowed}.", StringComparison.Ordinal))
            select $"{file} uses {used}";
        Findings.None(broken);
    }

    [Fact]
    public void Projects_References_AreThoseOfTheTable()
    {
        foreach (var project in RepositoryFiles.All.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.StartsWith("Chat.Tests/", StringComparison.Ordinal)))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            Assert.True(Layers.Projects.TryGetValue(name, out var allowed), $"{name} is not in the table.");
            // Chat.Server builds Chat.Admin without knowing it.
            var references = XDocument.Parse(RepositoryFiles.Read(project)).Descendants("ProjectReference")
                .Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false")
                .Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));
            Findings.None(references.Except(allowed!).Select(r => $"{name} references {r}"));
        }
    }

    [Fact]
    public void ArchitecturePage_Table_IsTheSame()
    {
        const string Page = "docs/architecture.md";
        if (RepositoryFiles.All.Contains(Page))
        {
            Assert.Contains(Layers.ToMarkdown(), RepositoryFiles.Read(Page).ReplaceLineEndings("\n"));
        }
    }

    [Theory]
    [InlineData("using Chat.Server.Storage.Writing;", "Storage.Writing")]
    [InlineData("using Writer = Chat.Server.Storage.Writing.LogWriter;", "Storage.Writing.LogWriter")]
    [InlineData("@using Chat.Server.Delivery", "Delivery")]
    [InlineData("var x = new Chat.Server.Hubs.ChatHub();", "Hubs.ChatHub")]
    [InlineData("throw new Workers.Ports.StartRefusedException(1);", "Workers.Ports.StartRefusedException")]
    [InlineData("// using Chat.Server.Storage;", null)]
    [InlineData("var x = \"Chat.Server.Storage\"; var y = 'c'; /* Workers.StartRefusedException */", null)]
    [InlineData("options.Workers.Count = 1; Storage.Anything();", null)]
    public void NamespacesUsedBy_Code_FindsUsesAndNothingElse(string code, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], NamespacesUsedBy(code));

    // Below Chat.Server, as the table has them.
    private static IEnumerable<string> NamespacesUsedBy(string code) =>
        Name().Matches(CodeText.Strip(code)).Select(m => BelowServer(m.Value)).OfType<string>().Distinct();

    private static string? BelowServer(string name)
    {
        if (name.StartsWith(Server + ".", StringComparison.Ordinal))
        {
            return name[(Server.Length + 1)..];
        }

        var parts = name.Split('.');
        return Layers.Folders.ContainsKey(parts[0]) && ServerNames.Contains($"{Server}.{parts[0]}.{parts[1]}") ? name : null;
    }

    private static IEnumerable<string> Parents(string? name)
    {
        for (; name is not null; name = name.LastIndexOf('.') is var dot and > 0 ? name[..dot] : null)
        {
            yield return name;
        }
    }

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(\.[A-Z]\w*)+")]
    private static partial Regex Name();
}
