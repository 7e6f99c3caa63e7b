using System.Data.Common;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Dialects;

/// <summary>Statements that both databases understand, without what it costs to translate a query: for what every connection or every backlog asks.</summary>
internal static class RawCommands
{
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
