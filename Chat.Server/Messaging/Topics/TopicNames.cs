using System.Buffers;

namespace Chat.Server.Messaging.Topics;

/// <summary>The grammar of topics: segments of letters, digits, <c>_</c> and <c>-</c>, with one of <c>. / :</c> between them.</summary>
internal static class TopicNames
{
    public const int MaxLength = 128;

    public const string Grammar = "1 to 128 characters: segments of A-Z a-z 0-9 _ - with one of . / : between them";

    private const string Separators = "./:";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-" + Separators);

    public static bool IsName(string? name)
    {
        if (name is not { Length: > 0 and <= MaxLength } || name.AsSpan().ContainsAnyExcept(Allowed) || IsSeparator(name[^1]))
        {
            return false;
        }

        for (var i = 0; i < name.Length - 1; i++)
        {
            if (IsSeparator(name[i]) && (i == 0 || IsSeparator(name[i + 1])))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSeparator(char c) => Separators.Contains(c);
}
