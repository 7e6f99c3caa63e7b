using System.Text.RegularExpressions;
using Microsoft.JSInterop;

namespace Chat.Admin.Parts.Tables;

/// <summary>
/// Which columns this browser wants otherwise than they are at first. Kept in a cookie and not in the address, since it is a
/// habit of somebody and not a part of what is looked at; and a cookie is known before the first picture of a page.
/// </summary>
internal sealed partial class ColumnChoice(IJSRuntime js)
{
    public const string Cookie = "chat-console-columns";

    private const int LongestCookie = 4096;

    private readonly Dictionary<string, HashSet<string>> _turned = [];

    /// <summary>A column came or went.</summary>
    public event Action? Changed;

    /// <summary>Takes over what the browser kept: <c>table.column.column_table.column</c>; what is not of that form is left out.</summary>
    public void Read(string? cookie)
    {
        _turned.Clear();
        if (cookie is not { Length: > 0 and <= LongestCookie })
        {
            return;
        }

        foreach (var words in cookie.Split('_').Select(part => part.Split('.')).Where(words => words.Length > 1 && words.All(w => Word().IsMatch(w))))
        {
            _turned[words[0]] = [.. words[1..]];
        }
    }

    public bool IsShown(string table, string column, bool optional) => optional == IsTurned(table, column);

    public bool IsAsAtFirst(string table) => !_turned.TryGetValue(WordOf(table), out var columns) || columns.Count == 0;

    public Task TurnAsync(string table, string column)
    {
        var name = WordOf(table);
        if (!_turned.TryGetValue(name, out var columns))
        {
            _turned.Add(name, columns = []);
        }

        if (!columns.Remove(WordOf(column)))
        {
            columns.Add(WordOf(column));
        }

        return KeepAsync(name, columns);
    }

    public Task ResetAsync(string table)
    {
        _turned.Remove(WordOf(table));
        return KeepAsync(WordOf(table), []);
    }

    /// <summary>A title as it stands in the cookie.</summary>
    internal static string WordOf(string title) => NotOfAWord().Replace(title.ToLowerInvariant(), "-").Trim('-');

    private bool IsTurned(string table, string column) => _turned.TryGetValue(WordOf(table), out var columns) && columns.Contains(WordOf(column));

    // Only this table's part is replaced there: another page of this browser may have chosen for other tables meanwhile.
    private async Task KeepAsync(string table, IEnumerable<string> columns)
    {
        Changed?.Invoke();
        await js.InvokeVoidAsync("consoleUi.keepColumns", Cookie, table, columns.Order(StringComparer.Ordinal).ToArray());
    }

    [GeneratedRegex(@"^[a-z0-9\-]{1,40}\z")]
    private static partial Regex Word();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotOfAWord();
}
