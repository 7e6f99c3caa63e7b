using Chat.Admin.ServerApi;
using Microsoft.AspNetCore.WebUtilities;

namespace Chat.Admin.Parts.Tables;

/// <summary>What a table shows, as the page's address says it.</summary>
internal sealed record TableState(int Page, int Size, string Sort, string Search, IReadOnlyDictionary<string, string> Filters)
{
    private const int LongestWord = 200;

    public static TableState Read(string uri, string prefix, string defaultSort, IReadOnlyList<string> filters)
    {
        var query = QueryHelpers.ParseQuery(new Uri(uri).Query);
        return new(
            int.TryParse(Word("page"), out var page) ? Math.Clamp(page, 1, 100_000) : 1,
            int.TryParse(Word("size"), out var size) && PageQuery.Sizes.Contains(size) ? size : PageQuery.Sizes[0],
            Word("sort") is { Length: > 0 } sort ? sort : defaultSort,
            Word("q"),
            filters.ToDictionary(f => f, Word));

        string Word(string name) => query.TryGetValue(prefix + name, out var value) && value.ToString() is { Length: <= LongestWord } text ? text : "";
    }

    public string Apply(string uri, string prefix, string defaultSort)
    {
        var words = new Dictionary<string, string?>
        {
            ["page"] = Page == 1 ? null : $"{Page}",
            ["size"] = Size == PageQuery.Sizes[0] ? null : $"{Size}",
            ["sort"] = Sort == defaultSort ? null : Sort,
            ["q"] = Search,
        };
        foreach (var (name, value) in Filters)
        {
            words[name] = value;
        }

        var address = new Uri(uri);
        var mine = words.Keys.Select(k => prefix + k).ToHashSet();
        var others = QueryHelpers.ParseQuery(address.Query).Where(w => !mine.Contains(w.Key)).Select(w => KeyValuePair.Create(w.Key, (string?)w.Value.ToString()));
        var all = others.Concat(words.Where(w => !string.IsNullOrEmpty(w.Value)).Select(w => KeyValuePair.Create(prefix + w.Key, w.Value)));
        return QueryHelpers.AddQueryString(address.AbsolutePath, all);
    }

    /// <summary>A change; another order, size or search begins at the first page.</summary>
    public TableState With(int? page = null, int? size = null, string? sort = null, string? search = null, IReadOnlyDictionary<string, string>? filters = null) =>
        new(page ?? 1, size ?? Size, sort ?? Sort, search ?? Search, filters ?? Filters);

    public PageQuery ToQuery() => new(Page, Size, Sort, new Dictionary<string, string>(Filters) { ["q"] = Search });

    public bool Equals(TableState? other) =>
        other is not null && (Page, Size, Sort, Search) == (other.Page, other.Size, other.Sort, other.Search)
        && Filters.OrderBy(f => f.Key, StringComparer.Ordinal).SequenceEqual(other.Filters.OrderBy(f => f.Key, StringComparer.Ordinal));

    public override int GetHashCode() => HashCode.Combine(Page, Size, Sort, Search);
}
