using System.Text.RegularExpressions;
using Chat.Contracts.Management;

namespace Chat.Server.Management.Views;

/// <summary>
/// A process's output without the stacks of its exceptions: type and first line stay. Further lines of a message go as well, for
/// they hold what the program was working on; so do lines at the beginning that belong to something before it.
/// </summary>
internal static partial class FirstLines
{
    public static IReadOnlyList<LogLineView> Of(IReadOnlyList<LogLineView> lines)
    {
        var kept = new List<LogLineView>(lines.Count);
        var within = true;
        var left = 0;
        foreach (var line in lines)
        {
            var indented = line.Text.Length > 0 && char.IsWhiteSpace(line.Text[0]);
            if (indented && (within || Frame().IsMatch(line.Text)))
            {
                (within, left) = (true, left + 1);
                continue;
            }

            Close(line.At, line.IsError);
            kept.Add(line with { Text = Cut(line.Text) });
            within = indented;
        }

        if (lines.Count > 0)
        {
            Close(lines[^1].At, lines[^1].IsError);
        }

        return kept;

        void Close(DateTimeOffset at, bool isError)
        {
            if (left > 0)
            {
                kept.Add(new(at, isError, $"    … {left} more {(left == 1 ? "line" : "lines")}, for the role admin"));
                left = 0;
            }
        }
    }

    // One object a line (Telemetry:Log:Json), or an exception on the line of its event, as the console writes it.
    private static string Cut(string text) => text.StartsWith('{')
        ? JsonException().Replace(text, "$1 …\"")
        : InlineFrame().Match(text) is { Success: true } frame ? text[..frame.Index] + " …" : text;

    [GeneratedRegex(@"^\s+(at\s|--->|---\s)")]
    private static partial Regex Frame();

    [GeneratedRegex(@"\s{2,}at [\w.<>`+\[\],|$ ]+\(")]
    private static partial Regex InlineFrame();

    [GeneratedRegex(@"(""Exception"":""(?:[^""\\]|\\[^nr])*)\\[nr](?:[^""\\]|\\.)*""")]
    private static partial Regex JsonException();
}
