using Chat.Admin.ServerApi;

namespace Chat.Admin.Parts.Tables;

/// <summary>What a table shows.</summary>
public sealed record TablePage<T>(IReadOnlyList<T> Items, long Total, bool More, string? Partial, string? Error)
{
    public static TablePage<T> Failed(string error) => new([], 0, false, null, error);
}

internal static class TablePage
{
    /// <summary>A page of rows that are at hand.</summary>
    public static TablePage<T> Of<T>(LocalTable<T> table, IEnumerable<T> rows, PageQuery query, string? partial = null)
    {
        var (items, total) = table.Page(rows, query);
        return new(items, total, false, partial, null);
    }

    /// <summary>Of what every node tells whole.</summary>
    public static TablePage<TRow> Of<TRow, TAnswer>(
        LocalTable<TRow> table, FleetReply<TAnswer> reply, Func<IReadOnlyList<(string Node, TAnswer Value)>, IEnumerable<TRow>> rows, PageQuery query) =>
        reply.Answers.Count == 0 ? TablePage<TRow>.Failed(reply.Error!.Message) : Of(table, rows(reply.Answers), query, reply.Partial);

    public static TablePage<(string Node, T Row)> Of<T>(FleetPage<T> page) =>
        page.Error is { } error ? TablePage<(string Node, T Row)>.Failed(error.Message) : new(page.Items, page.Total, page.More, page.Partial, null);
}
