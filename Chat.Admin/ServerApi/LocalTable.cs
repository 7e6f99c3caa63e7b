namespace Chat.Admin.ServerApi;

/// <summary>
/// How rows that come whole are searched, narrowed and ordered here, as a server does with those of which it sends pages. A page and
/// the file of it use the same, so that the file has what the page shows.
/// </summary>
/// <param name="Text">What the search looks at.</param>
/// <param name="Orders">What a column is ordered by, by the name of the order.</param>
internal sealed record LocalTable<T>(Func<T, string> Text, params (string Name, Func<T, IComparable?> Value)[] Orders)
{
    /// <summary>What must be equal to a word of the address, by the word's name.</summary>
    public IReadOnlyDictionary<string, Func<T, string>> Filters { get; init; } = new Dictionary<string, Func<T, string>>();

    public string[] FilterNames => [.. Filters.Keys];

    public IReadOnlyList<T> Narrow(IEnumerable<T> rows, PageQuery query)
    {
        var search = query.Filters.GetValueOrDefault("q") ?? "";
        var found = rows.Where(row => search.Length == 0 || Text(row).Contains(search, StringComparison.OrdinalIgnoreCase));
        foreach (var (name, value) in Filters)
        {
            if (query.Filters.GetValueOrDefault(name) is { Length: > 0 } wanted)
            {
                found = found.Where(row => value(row) == wanted);
            }
        }

        // Rows without an order of their own stay as they came; so do equal ones.
        return (query.Sort.StartsWith('-'), Orders.FirstOrDefault(o => o.Name == query.Sort.TrimStart('-')).Value) switch
        {
            (_, null) => [.. found],
            (false, var value) => [.. found.OrderBy(value, Words.Instance)],
            (true, var value) => [.. found.OrderByDescending(value, Words.Instance)],
        };
    }

    public (IReadOnlyList<T> Items, int Total) Page(IEnumerable<T> rows, PageQuery query)
    {
        var all = Narrow(rows, query);
        return ([.. all.Skip((query.Page - 1) * query.Size).Take(query.Size)], all.Count);
    }

    private sealed class Words : IComparer<IComparable?>
    {
        public static readonly Words Instance = new();

        public int Compare(IComparable? x, IComparable? y) => (x, y) switch
        {
            (string a, string b) => StringComparer.OrdinalIgnoreCase.Compare(a, b),
            (null, null) => 0,
            (null, _) => -1,
            (_, null) => 1,
            _ => x.CompareTo(y),
        };
    }
}
