using System.Data.Common;
using System.Diagnostics.Metrics;
using Chat.Server.Health;
using Chat.Server.Storage.Writing;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Chat.Server.Storage;

/// <summary>Asks the database on a connection of its own: a pool that is used up must not look like a database that is gone.</summary>
internal sealed class DatabaseProbe(Database database, StorageBreaker breaker, PretendedOutage outage, IMeterFactory meters, TimeProvider time) : IHealthProbe
{
    private readonly string _connectionString = OfItsOwn(database);

    private readonly Gauge<double> _skew = meters.Create(WriterMeter.Name).CreateGauge<double>(
        "chat.clock.skew", "s", "How far the database's clock is ahead of this machine's.");

    public string Name => HealthNames.Database;

    public IReadOnlyList<string> Tags { get; } = [HealthNames.ReadyTag];

    public async Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        // The breaker knows more than a SELECT 1: a locked table, a missing schema.
        if (!breaker.IsClosed)
        {
            return ProbeResult.Unreachable("storage is unavailable");
        }

        await outage.MeetAsync(cancellationToken);
        await using DbConnection connection = database.Kind == DatabaseKind.Postgres
            ? new NpgsqlConnection(_connectionString)
            : new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        if (database.Kind == DatabaseKind.Sqlite)
        {
            command.CommandText = "SELECT count(*) FROM sqlite_master";
            await command.ExecuteScalarAsync(cancellationToken);
            return ProbeResult.Reached();
        }

        command.CommandText = "SELECT extract(epoch FROM clock_timestamp())::float8";
        var before = time.GetUtcNow();
        var there = (double)(await command.ExecuteScalarAsync(cancellationToken))!;

        // The answer was made somewhere between asking and hearing it; half of the way is the best guess.
        var here = before + ((time.GetUtcNow() - before) / 2);
        _skew.Record(there - ((here - DateTimeOffset.UnixEpoch).TotalSeconds));
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
