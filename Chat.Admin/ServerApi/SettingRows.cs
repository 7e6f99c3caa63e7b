using Chat.Contracts.Management;

namespace Chat.Admin.ServerApi;

/// <summary>The settings of all nodes as rows of one table: what is the same on several is there once.</summary>
internal static class SettingRows
{
    public static IEnumerable<(string Node, SettingView Row)> Of(IReadOnlyList<(string Node, SettingsAnswer Value)> answers, PageQuery query)
    {
        var search = query.Filters.GetValueOrDefault("q") ?? "";
        var which = query.Filters.GetValueOrDefault("which") ?? "";
        var rows = answers
            .SelectMany(a => a.Value.Settings.Select(s => (a.Node, Row: s)))
            .DistinctBy(r => (r.Row.Key, r.Row.Value, r.Row.Source))
            .Where(r => r.Row.Key.Contains(search, StringComparison.OrdinalIgnoreCase) || r.Row.Value?.Contains(search, StringComparison.OrdinalIgnoreCase) is true)
            .Where(r => which switch
            {
                "live" => r.Row.Change is not null,
                "running" => r.Row.Source == SettingSources.Running,
                "configured" => !IsDefault(r.Row),
                _ => true,
            });
        var (name, down) = query.Sort.StartsWith('-') ? (query.Sort[1..], true) : (query.Sort, false);
        Func<(string Node, SettingView Row), string> by = name == "source" ? r => r.Row.Source : r => r.Row.Key;
        return (down ? rows.OrderByDescending(by, StringComparer.Ordinal) : rows.OrderBy(by, StringComparer.Ordinal)).ThenBy(r => r.Row.Key, StringComparer.Ordinal);
    }

    // To a viewer, who sees no values, all that something says is as good as not by default.
    private static bool IsDefault(SettingView row) =>
        row.Source == SettingSources.Default || (row.Value is not null && string.Equals(row.Value, row.Default, StringComparison.OrdinalIgnoreCase));
}
