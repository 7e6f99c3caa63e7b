using System.Data.Common;
using Chat.Server.Health;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Chat.Server.Storage;

/// <summary>Asks the database on a connection of its own: a pool that is used up must not look like a database that is gone.</summary>
internal sealed class DatabaseProbe(Database database, StorageBreaker breaker) : IHealthProbe
{
    private readonly string _connectionString = OfItsOwn(database);

    public string Name => HealthNames.Database;

    public IReadOnlyList<string> Tags { get; } = [HealthNames.ReadyTag];

    public async Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        // The breaker knows more than a SELECT 1: a locked table, a missing schema.
        if (!breaker.IsClosed)
        {
            return ProbeResult.Unreachable("storage is unavailable");
        }

        await using DbConnection connection = database.Kind == DatabaseKind.Postgres
            ? new NpgsqlConnection(_connectionString)
            : new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = database.Kind == DatabaseKind.Postgres ? "SELECT 1" : "SELECT count(*) FROM sqlite_master";
        await command.ExecuteScalarAsync(cancellationToken);
        return ProbeResult.Reached();
    }

    private static string OfItsOwn(Database database) => database.Kind == DatabaseKind.Postgres
        ? new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            MinPoolSize = 0,
            MaxPoolSize = 1,
            Timeout = 2,
            CommandTimeout = 2,
            ApplicationName = "chat-health",
        }.ConnectionString
        : database.ConnectionString;
}
