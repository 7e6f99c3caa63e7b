using System.Buffers;

namespace Chat.Server.Access;

/// <summary>
/// What may stand in names and short texts of clients: no control characters, nothing that makes a text read otherwise than
/// it is written (line separators, bidirectional overrides), no half of a surrogate pair, which no database takes.
/// </summary>
internal static class Names
{
    public const int MaxUser = 128;
    public const int MaxDevice = 128;

    private static readonly SearchValues<char> Suspects = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => IsBanned(c) || char.IsSurrogate(c))]);

    public static bool IsUser(string? name) => IsName(name, MaxUser);

    public static bool IsDevice(string? name) => IsName(name, MaxDevice);

    /// <summary>1 to <paramref name="maxLength"/> UTF-16 units, all allowed.</summary>
    public static bool IsText(string? text, int maxLength) =>
        text is { Length: > 0 } && text.Length <= maxLength && (text.AsSpan().IndexOfAny(Suspects) < 0 || IsAllowedSlowly(text));

    // Surrounding blanks would make two users that look the same.
    private static bool IsName(string? name, int maxLength) =>
        IsText(name, maxLength) && !char.IsWhiteSpace(name![0]) && !char.IsWhiteSpace(name[^1]);

    private static bool IsAllowedSlowly(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (IsBanned(text[i]))
            {
                return false;
            }

            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }

    private static bool IsBanned(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
