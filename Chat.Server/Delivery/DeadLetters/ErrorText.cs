using System.Globalization;

namespace Chat.Server.Delivery.DeadLetters;

/// <summary>What a client says about a failure, made fit to be stored and shown: short, on one line, without anything that plays with the reader.</summary>
internal static class ErrorText
{
    public const int Longest = 500;

    public static string Clean(string text)
    {
        var clean = new char[Math.Min(text.Length, Longest)];
        var length = 0;
        for (var i = 0; i < text.Length && length < Longest; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                if (length + 2 > Longest)
                {
                    break;
                }

                clean[length++] = c;
                clean[length++] = text[++i];
            }
            else
            {
                clean[length++] = IsPlain(c) ? c : ' ';
            }
        }

        return new string(clean, 0, length).Trim();
    }

    private static bool IsPlain(char c) => !char.IsSurrogate(c) && CharUnicodeInfo.GetUnicodeCategory(c)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
