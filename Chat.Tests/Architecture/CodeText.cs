using System.Text;

namespace Chat.Tests.Architecture;

/// <summary>C# without comments and the contents of literals, so that a scan finds code and not talk about code.</summary>
internal static class CodeText
{
    public static string Strip(string code)
    {
        var text = new StringBuilder(code.Length);
        for (var i = 0; i < code.Length;)
        {
            var end = EndOfSkipped(code, i);
            if (end > i)
            {
                // Line breaks stay, so that line numbers do.
                text.Append(' ').Append('\n', code.AsSpan(i, end - i).Count('\n'));
                i = end;
            }
            else
            {
                text.Append(code[i++]);
            }
        }

        return text.ToString();
    }

    /// <summary>Where the comment or literal that begins here ends; the same place when none does.</summary>
    private static int EndOfSkipped(string code, int at) => code.AsSpan(at) switch
    {
        ['/', '/', ..] => EndOrLength(code.IndexOf('\n', at), code),
        ['/', '*', ..] => EndOrLength(code.IndexOf("*/", at + 2, StringComparison.Ordinal), code, 2),
        ['"', '"', '"', ..] => EndOfRaw(code, at),
        ['@', '"', ..] => EndOfVerbatim(code, at + 2),
        ['@', '$', '"', ..] or ['$', '@', '"', ..] => EndOfVerbatim(code, at + 3),
        ['"', ..] => EndOfQuoted(code, at + 1, '"'),
        ['\'', ..] => EndOfQuoted(code, at + 1, '\''),
        _ => at,
    };

    private static int EndOfQuoted(string code, int from, char quote)
    {
        for (var i = from; i < code.Length && code[i] != '\n'; i++)
        {
            if (code[i] == '\\')
            {
                i++;
            }
            else if (code[i] == quote)
            {
                return i + 1;
            }
        }

        return from; // Not a literal after all, as an apostrophe in Razor text.
    }

    private static int EndOfVerbatim(string code, int from)
    {
        for (var i = from; i < code.Length; i++)
        {
            if (code[i] == '"' && (i + 1 == code.Length || code[i + 1] != '"'))
            {
                return i + 1;
            }

            i += code[i] == '"' ? 1 : 0;
        }

        return code.Length;
    }

    private static int EndOfRaw(string code, int from)
    {
        var quotes = code.AsSpan(from).IndexOfAnyExcept('"');
        var fence = new string('"', quotes < 0 ? code.Length - from : quotes);
        return EndOrLength(code.IndexOf(fence, from + fence.Length, StringComparison.Ordinal), code, fence.Length);
    }

    private static int EndOrLength(int found, string code, int length = 0) => found < 0 ? code.Length : found + length;
}
