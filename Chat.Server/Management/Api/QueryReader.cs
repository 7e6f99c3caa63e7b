using System.Globalization;
using Chat.Contracts.Management;

namespace Chat.Server.Management.Api;

/// <summary>Reads query parameters and remembers the first that is wrong.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    public const int LongestText = 200;

    public Refusal? Problem { get; private set; }

    /// <summary>Everything but these names is refused: a filter with a typing mistake must not show everything.</summary>
    public void Allow(IReadOnlyCollection<string> names)
    {
        if (query.Keys.FirstOrDefault(k => !names.Contains(k)) is { } unknown)
        {
            Refuse($"\"{Shown(unknown)}\" is no parameter here; there {(names.Count == 0 ? "are none" : $"are: {string.Join(", ", names)}")}.");
        }
    }

    /// <summary>Null when absent or empty.</summary>
    public string? Text(string name)
    {
        var value = query[name];
        if (value.Count > 1)
        {
            Refuse($"{name} is given twice.");
        }

        if (value is not [{ Length: > 0 } text])
        {
            return null;
        }

        if (text.Length <= LongestText && !text.Any(char.IsControl))
        {
            return text;
        }

        Refuse($"{name} is up to {LongestText} printable characters.");
        return null;
    }

    public string? OneOf(string name, params string[] values)
    {
        var text = Text(name);
        if (text is null || values.Contains(text, StringComparer.Ordinal))
        {
            return text;
        }

        Refuse($"{name} is one of {string.Join(", ", values)}.");
        return null;
    }

    /// <summary>Some of these words, with commas between.</summary>
    public IReadOnlyList<string> Words(string name, IReadOnlyList<string> values)
    {
        var words = Text(name)?.Split(',') ?? [];
        if (words.All(w => values.Contains(w, StringComparer.Ordinal)))
        {
            return words;
        }

        Refuse($"{name} is some of {string.Join(", ", values)}, with commas between.");
        return [];
    }

    public bool Flag(string name) => OneOf(name, "true", "false") == "true";

    public long Number(string name, long least, long most, long absent)
    {
        if (Text(name) is not { } text)
        {
            return absent;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Refuse($"{name} is a number from {least} to {most}.");
        return absent;
    }

    public DateTimeOffset? Moment(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return at;
        }

        Refuse($"{name} is a time like 2026-01-31T12:00:00Z.");
        return null;
    }

    private void Refuse(string message) => Problem ??= new(ManagementCodes.Invalid, message);

    private static string Shown(string text) => new([.. text.Take(40).Select(c => char.IsControl(c) ? '?' : c)]);
}
