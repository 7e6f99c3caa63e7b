using Chat.Admin.Live;
using Chat.Admin.ServerApi;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Chat.Admin.Parts.Tables;

/// <summary>
/// A table whose server pages, sorts and searches. What it shows is in the page's address, so that it can be sent to
/// somebody else. It is refreshed by itself and never moves what somebody is about to click.
/// </summary>
public partial class DataTable<T>
{
    private readonly HashSet<string> _selected = [];
    private readonly TableUse _use = new();
    private ColumnList<T> _columns = null!;
    private RowKeeper<T> _keeper = null!;
    private TableState _state = null!;
    private long _total;
    private bool _more;
    private bool _loaded;
    private bool _loading;
    private string? _error;
    private string? _partial;
    private long _loadedAt;

    [Inject] internal TimeProvider Time { get; set; } = null!;

    [Parameter] public string Title { get; set; } = "";

    /// <summary>Several tables on one page: this one's words in the address begin so.</summary>
    [Parameter] public string Prefix { get; set; } = "";

    /// <summary>Under this name the browser keeps which columns are shown; the title where none is given.</summary>
    [Parameter] public string? Table { get; set; }

    /// <summary>How old rows may become, at the fastest cadence.</summary>
    [Parameter] public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(3);

    [Parameter, EditorRequired] public Func<T, string> Key { get; set; } = null!;

    [Parameter] public string DefaultSort { get; set; } = "";

    [Parameter] public bool Searchable { get; set; } = true;

    [Parameter] public string Search { get; set; } = "Search";

    /// <summary>Names of the address's words that go to the server as filters.</summary>
    [Parameter] public string[] FilterNames { get; set; } = [];

    /// <summary>Name of the export.</summary>
    [Parameter] public string? Export { get; set; }

    /// <summary>Who may export; operators, where nothing else is said.</summary>
    [Parameter] public Access.Role ExportLeast { get; set; } = Access.Role.Operator;

    /// <summary>Only the rows of this node are exported: the table shows no others.</summary>
    [Parameter] public string? ExportNode { get; set; }

    [Parameter] public Func<T, string>? Mark { get; set; }

    /// <summary>What else a row's element says.</summary>
    [Parameter] public Func<T, Dictionary<string, object>>? Attributes { get; set; }

    /// <summary>What there is to say of a row beyond its cells; which one is open is in the page's address.</summary>
    [Parameter] public RenderFragment<T>? Detail { get; set; }

    [Parameter] public RenderFragment? Columns { get; set; }

    [Parameter] public RenderFragment? Filters { get; set; }

    [Parameter] public RenderFragment? Empty { get; set; }

    /// <summary>What can be done with the keys of the selected rows.</summary>
    [Parameter] public RenderFragment<IReadOnlyList<string>>? Batch { get; set; }

    [Parameter, EditorRequired] public Func<PageQuery, Task<TablePage<T>>> Load { get; set; } = null!;

    /// <summary>After an action: as it is now, selection dropped.</summary>
    public Task RefreshAsync()
    {
        _selected.Clear();
        return ReloadAsync(keep: false);
    }

    protected override async Task OnInitializedAsync()
    {
        _keeper = new(Key);
        _columns = new(Table ?? Title);
        _columns.Changed += StateHasChanged;
        Choice.Changed += OnColumnsTurned;
        _state = TableState.Read(Navigation.Uri, Prefix, DefaultSort, FilterNames);
        Navigation.LocationChanged += OnLocationChanged;
        Viewer.Changed += OnTick;
        await ReloadAsync(keep: false);
    }

    public void Dispose()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        Viewer.Changed -= OnTick;
        Choice.Changed -= OnColumnsTurned;
    }

    // What a column shows may be asked for only where it is shown.
    private void OnColumnsTurned() => _ = InvokeAsync(async () =>
    {
        StateHasChanged();
        await ReloadAsync(keep: true);
        StateHasChanged();
    });

    private bool Narrowed => _state.Search.Length > 0 || _state.Page > 1 || _state.Filters.Any(f => f.Value.Length > 0);

    private bool HasNext => _more || (long)_state.Page * _state.Size < _total;

    private string Range => _total == 0 && _keeper.Rows.Count == 0
        ? "0 rows"
        : $"{((_state.Page - 1) * _state.Size) + 1}–{((_state.Page - 1) * _state.Size) + _keeper.Rows.Count} of {(_more ? "more than " : "")}{Units.Count(_total)}";

    private async Task ReloadAsync(bool keep)
    {
        if (_loading)
        {
            return;
        }

        _loading = true;
        _loadedAt = Time.GetTimestamp();
        try
        {
            var asked = _state;
            var page = await Load(asked.ToQuery());
            if (asked != _state)
            {
                return;
            }

            _error = page.Error;
            if (page.Error is null)
            {
                (_total, _more, _partial, _loaded) = (page.Total, page.More, page.Partial, true);
                if (keep && (_use.Any || _selected.Count > 0))
                {
                    _keeper.Update(page.Items);
                }
                else
                {
                    _keeper.Replace(page.Items);
                }
            }
        }
        finally
        {
            _loading = false;
        }

        if (_state != TableState.Read(Navigation.Uri, Prefix, DefaultSort, FilterNames))
        {
            // The address moved on while the answer was under way.
            OnLocationChanged(null, null);
        }
    }

    private void OnTick()
    {
        if (Time.GetElapsedTime(_loadedAt) >= Every)
        {
            _ = InvokeAsync(async () =>
            {
                await ReloadAsync(keep: true);
                StateHasChanged();
            });
        }
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs? e) => _ = InvokeAsync(async () =>
    {
        var state = TableState.Read(Navigation.Uri, Prefix, DefaultSort, FilterNames);
        if (state != _state)
        {
            _state = state;
            _selected.Clear();
            await ReloadAsync(keep: false);
        }

        StateHasChanged();
    });

    private string? Open => Detail is null ? null : System.Web.HttpUtility.ParseQueryString(new Uri(Navigation.Uri).Query)[Prefix + "open"];

    private int Width => _columns.Shown(Choice).Count() + (Batch is null ? 0 : 1) + (Detail is null ? 0 : 1);

    private void Toggle(string key) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(Prefix + "open", Open == key ? null : key), replace: true);

    private void Go(TableState state) => Navigation.NavigateTo(state.Apply(Navigation.Uri, Prefix, DefaultSort), replace: true);

    private void Widen() => Go(_state.With(search: "", page: 1, filters: _state.Filters.ToDictionary(f => f.Key, _ => "")));

    private void SortBy(Field<T> column) => Go(_state.With(sort: _state.Sort == column.Sort ? $"-{column.Sort}" : column.Sort));

    private string SortWord(Field<T> column) =>
        column.Sort.Length == 0 ? "none" : _state.Sort == column.Sort ? "ascending" : _state.Sort == $"-{column.Sort}" ? "descending" : "none";

    private string Arrow(Field<T> column) => SortWord(column) switch { "ascending" => " ▲", "descending" => " ▼", _ => "" };

    private string RowClass(T row, string key) =>
        $"{Mark?.Invoke(row)} {(_keeper.Gone.Contains(key) ? "gone" : "")} {(_selected.Contains(key) ? "selected" : "")}".Trim();

    private void Select(string key)
    {
        if (!_selected.Remove(key))
        {
            _selected.Add(key);
        }
    }

    private void SelectAll()
    {
        var keys = _keeper.Rows.Select(Key).ToList();
        if (_selected.Count == keys.Count)
        {
            _selected.Clear();
        }
        else
        {
            _selected.UnionWith(keys);
        }
    }

    private void ShowNew()
    {
        _selected.Clear();
        _keeper.ShowNew();
    }

    private string ExportUrl(string format)
    {
        var query = _state.ToQuery() with { Page = 1, Size = 100 };
        return $"/admin/export/{Export}.{format}{(ExportNode is { } node ? query with { Filters = new Dictionary<string, string>(query.Filters) { ["node"] = node } } : query).ToQueryString()}";
    }
}
