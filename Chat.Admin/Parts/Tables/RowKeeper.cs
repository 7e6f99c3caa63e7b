namespace Chat.Admin.Parts.Tables;

/// <summary>
/// Keeps what stands under somebody's eyes where it is: while a table is in use, rows are brought up to date in their places, new
/// ones are only counted, and those that went stay, marked.
/// </summary>
public sealed class RowKeeper<T>(Func<T, string> key)
{
    private Dictionary<string, T> _waiting = [];

    public IReadOnlyList<T> Rows { get; private set; } = [];

    /// <summary>Rows that are there and not shown.</summary>
    public int New { get; private set; }

    public IReadOnlySet<string> Gone { get; private set; } = new HashSet<string>();

    public void Replace(IReadOnlyList<T> rows)
    {
        Rows = rows;
        New = 0;
        Gone = new HashSet<string>();
        _waiting = [];
    }

    public void Update(IReadOnlyList<T> rows)
    {
        _waiting = [];
        foreach (var row in rows)
        {
            _waiting[key(row)] = row;
        }

        var shown = Rows.Select(key).ToHashSet();
        Rows = [.. Rows.Select(r => _waiting.GetValueOrDefault(key(r), r))];
        Gone = shown.Where(k => !_waiting.ContainsKey(k)).ToHashSet();
        New = _waiting.Keys.Count(k => !shown.Contains(k));
    }

    public void ShowNew() => Replace([.. _waiting.Values]);
}
