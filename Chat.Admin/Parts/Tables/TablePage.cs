using Chat.Admin.ServerApi;

namespace Chat.Admin.Parts.Tables;

/// <summary>What a table shows.</summary>
public sealed record TablePage<T>(IReadOnlyList<T> Items, long Total, bool More, string? Partial, string? Error)
{
    public static TablePage<T> Failed(string error) => new([], 0, false, null, error);
}

internal static class TablePage
{
    public static TablePage<(string Node, T Row)> Of<T>(FleetPage<T> page) =>
        page.Error is { } error ? TablePage<(string Node, T Row)>.Failed(error.Message) : new(page.Items, page.Total, page.More, page.Partial, null);
}
