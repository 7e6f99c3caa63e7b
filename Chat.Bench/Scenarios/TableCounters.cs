using Npgsql;

namespace Chat.Bench.Scenarios;

/// <summary>Rows ever inserted into and updated in a table.</summary>
internal sealed record TableCounter(string Table, long Inserted, long Updated);

/// <summary>PostgreSQL's own counting.</summary>
internal static class TableCounters
{
    public static async Task<IReadOnlyList<TableCounter>> ReadAsync(string connectionString, CancellationToken cancellationToken)
    {
        var counters = new List<TableCounter>();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT relname::text, n_tup_ins, n_tup_upd FROM pg_stat_user_tables ORDER BY relname", connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            counters.Add(new TableCounter(rows.GetString(0), rows.GetInt64(1), rows.GetInt64(2)));
        }

        return counters;
    }
}
