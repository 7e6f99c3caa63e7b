using System.Text;
using System.Text.Json;

namespace Chat.Admin.Export;

/// <summary>Values that a spreadsheet would take for a formula get an apostrophe before them.</summary>
internal static class Csv
{
    private static readonly char[] Formula = ['=', '+', '-', '@', '\t', '\r', '\n'];

    public static string Of(IReadOnlyList<JsonElement> rows)
    {
        var columns = rows.SelectMany(r => r.EnumerateObject().Select(p => p.Name)).Distinct().ToList();
        var text = new StringBuilder().AppendJoin(',', columns.Select(Cell)).Append("\r\n");
        foreach (var row in rows)
        {
            text.AppendJoin(',', columns.Select(c => row.TryGetProperty(c, out var value) ? Cell(value) : "")).Append("\r\n");
        }

        return text.ToString();
    }

    // A number cannot be a formula, whatever its sign.
    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.String => Cell(value.GetString()!),
        _ => Cell(value.GetRawText()),
    };

    internal static string Cell(string text)
    {
        var safe = text.Length > 0 && (Formula.Contains(text[0]) || (text.TrimStart() is { Length: > 0 } trimmed && Formula.Contains(trimmed[0]))) ? "'" + text : text;
        return safe.AsSpan().IndexOfAny("\",\r\n") < 0 && safe == safe.Trim() ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
