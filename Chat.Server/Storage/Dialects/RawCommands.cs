using System.Data.Common;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Dialects;

/// <summary>
/// Statements that both databases understand, without what it costs to translate a query: for what every connection, every backlog and every start asks.
/// </summary>
internal static class RawCommands
{
    /// <summary>All rows of one statement.</summary>
    public static async Task<List<T>> RowsAsync<T>(
        this ChatDb db, string sql, Func<DbDataReader, T> row, CancellationToken cancellation, params (string Name, object Value)[] parameters)
    {
        await using var command = await db.CommandAsync(sql, cancellation, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    /// <summary>A column that may be null.</summary>
    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <inheritdoc cref="TextOrNull"/>
    public static long? LongOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    /// <summary>A command on the context's connection, which is open then.</summary>
    /// <param name="sql">One statement, or several that go in one request; parameters are named @name.</param>
    public static async Task<DbCommand> CommandAsync(this ChatDb db, string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
