using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Chat.Tests.Architecture;

/// <summary>The summaries of option classes and of their properties, read from the source, as Markdown of one line.</summary>
internal static partial class Summaries
{
    private static readonly Dictionary<(string Type, string? Property), string> Texts = ReadAll();

    /// <summary>Empty when there is none.</summary>
    public static string Of(Type type) => Texts.GetValueOrDefault((type.Name, null), "");

    /// <inheritdoc cref="Of(Type)"/>
    public static string Of(Type type, string property) => Texts.GetValueOrDefault((type.Name, property), "");

    internal static string ToMarkdown(string xml)
    {
        var text = string.Concat(XElement.Parse($"<summary>{xml}</summary>").Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value}`",
            XText plain => plain.Value,
            _ => throw new InvalidOperationException($"A summary holds {node}, which this page cannot show."),
        }));
        return Blanks().Replace(text, " ").Trim();
    }

    private static Dictionary<(string, string?), string> ReadAll()
    {
        var texts = new Dictionary<(string, string?), string>();
        foreach (var file in RepositoryFiles.ProductCode.Where(f => f.EndsWith("Options.cs", StringComparison.Ordinal)))
        {
            Read(RepositoryFiles.Read(file), texts);
        }

        return texts;
    }

    private static void Read(string code, Dictionary<(string, string?), string> texts)
    {
        var (type, comment) = ("", "");
        foreach (var line in code.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith("///", StringComparison.Ordinal))
            {
                comment += line[3..] + "\n";
            }
            else if (Class().Match(line) is { Success: true } named)
            {
                type = named.Groups[1].Value;
                Keep(null);
            }
            else if (Property().Match(line) is { Success: true } property)
            {
                Keep(property.Groups[1].Value);
            }
            else if (!line.StartsWith('['))
            {
                comment = "";
            }
        }

        void Keep(string? property)
        {
            if (Summary().Match(comment) is { Success: true } found)
            {
                texts.Add((type, property), ToMarkdown(found.Groups[1].Value));
            }

            comment = "";
        }
    }

    [GeneratedRegex(@"^internal (?:sealed )?class (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"^public \S.* (\w+) \{ get; set; \}")]
    private static partial Regex Property();

    [GeneratedRegex("<summary>(.*)</summary>", RegexOptions.Singleline)]
    private static partial Regex Summary();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
