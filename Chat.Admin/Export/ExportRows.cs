using System.Text.Json;
using Chat.Admin.ServerApi;
using Chat.Contracts;

namespace Chat.Admin.Export;

/// <summary>The rows of a file as they are read, up to a limit, and why some are missing: a file that is not whole says so.</summary>
/// <param name="most">More find no room.</param>
/// <param name="gone">Whoever wanted the file has left: reading ends.</param>
internal sealed class ExportRows(int most, CancellationToken gone)
{
    private readonly List<JsonElement> _rows = [];
    private readonly List<string> _missing = [];

    public int Count => _rows.Count;

    /// <summary>More came than a file holds.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Why nothing, or not all, could be read; the first reason.</summary>
    public ChatError? Error { get; private set; }

    /// <summary>Null: the file is whole.</summary>
    public string? Missing => _missing.Count == 0 ? null : string.Join("; ", _missing);

    public void Add<T>(IEnumerable<T> rows)
    {
        gone.ThrowIfCancellationRequested();
        foreach (var row in rows)
        {
            if (_rows.Count == most)
            {
                Cut();
                return;
            }

            _rows.Add(JsonSerializer.SerializeToElement(row, ChatJson.Options));
        }
    }

    /// <summary>Rows of nodes; which one is said where there are several.</summary>
    public void Add<T>(IEnumerable<(string Node, T Row)> rows, Fleet fleet) => Add(rows.Select(r =>
    {
        var fields = JsonSerializer.SerializeToNode(r.Row, ChatJson.Options)!.AsObject();
        if (fleet.Nodes.Count > 1)
        {
            fields["node"] = r.Node;
        }

        return fields;
    }));

    /// <summary>There are rows that find no room.</summary>
    public void Cut()
    {
        if (!IsCut)
        {
            IsCut = true;
            _missing.Add($"only the first {most} rows are here; narrow the search");
        }
    }

    public void Miss(ChatError error, string? node = null)
    {
        Error ??= error;
        Miss(node is null ? error.Message : $"{node}: {error.Message}");
    }

    public void Miss(string reason)
    {
        if (!_missing.Contains(reason))
        {
            _missing.Add(reason);
        }
    }

    /// <summary>All rows, and behind them one with the field <c>incomplete</c> where some are missing.</summary>
    public IReadOnlyList<JsonElement> ToFile() =>
        Missing is { } missing ? [.. _rows, JsonSerializer.SerializeToElement(new { incomplete = missing })] : _rows;
}
