using Chat.Server.Failpoints;
using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Chat.Server.Storage;

/// <summary>
/// Brings the schema up to date. Several processes may start at once: one migrates, the others wait for its lock and find nothing left to do.
/// </summary>
internal sealed partial class SchemaMigrator(IDbContextFactory<ChatDb> contexts, Database database, PretendedOutage outage, TimeProvider time, ILogger<SchemaMigrator> logger)
{
    /// <summary>Any number that no other application uses on the same database.</summary>
    private const long AdvisoryLock = 0x43_68_61_74_53_63_68_6D;

    private volatile bool _done;

    /// <summary>Does nothing when it has succeeded before.</summary>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        if (_done)
        {
            return;
        }

        await outage.MeetAsync(cancellation);

        // Most starts find nothing to do: without the lock, and without EF Core's migrations, which take long to compile while a crashed worker's successor is waited for.
        if (!await IsCurrentAsync(cancellation))
        {
            await (database.Kind == DatabaseKind.Postgres ? PostgresAsync(cancellation) : SqliteAsync(cancellation));
        }

        _done = true;
    }

    /// <summary>Every migration was applied before. False also when there is no schema yet, or no database.</summary>
    private async Task<bool> IsCurrentAsync(CancellationToken cancellation)
    {
        if (TestSwitches.SkipDeduplication || (database.Kind == DatabaseKind.Sqlite && !File.Exists(SqliteFile)))
        {
            return false;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellation);
        try
        {
            var applied = await db.RowsAsync("SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\"", row => row.GetString(0), cancellation);
            return db.GetService<IMigrationsAssembly>().Migrations.Keys.All(applied.ToHashSet(StringComparer.Ordinal).Contains);
        }
        catch (Exception e) when (e is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidCatalogName } or SqliteException { SqliteErrorCode: 1 })
        {
            return false;
        }
    }

    private string SqliteFile => new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;

    private async Task PostgresAsync(CancellationToken cancellation)
    {
        await CreateDatabaseAsync(cancellation);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using (var wait = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection) { CommandTimeout = 120 })
        {
            wait.Parameters.Add(new NpgsqlParameter<long> { TypedValue = AdvisoryLock });
            await wait.ExecuteNonQueryAsync(cancellation);
        }

        // Closing the connection gives the lock back, also when this process dies in between.
        await MigrateAsync(cancellation);
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellation)
    {
        var target = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false };
        try
        {
            await using var probe = new NpgsqlConnection(target.ConnectionString);
            await probe.OpenAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            var name = target.Database!;
            await using var server = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(target.ConnectionString) { Database = "postgres" }.ConnectionString);
            await server.OpenAsync(cancellation);
            await using var create = new NpgsqlCommand($"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", server);
            try
            {
                await create.ExecuteNonQueryAsync(cancellation);
            }
            catch (PostgresException raced) when (raced.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // Another process that starts at the same moment was quicker.
            }
        }
    }

    private async Task SqliteAsync(CancellationToken cancellation)
    {
        var file = SqliteFile;
        if (file is "" or ":memory:")
        {
            await MigrateAsync(cancellation);
            return;
        }

        var path = Path.GetFullPath(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (await LockFileAsync(path + ".migrate", cancellation))
        {
            await DropAbandonedLockAsync(cancellation);
            await MigrateAsync(cancellation);
        }
    }

    private async Task MigrateAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellation)).ToList();
        if (pending.Count > 0)
        {
            db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
            await db.Database.MigrateAsync(cancellation);
            Log.Migrated(logger, pending.Count, pending[^1]);
        }

        if (TestSwitches.SkipDeduplication)
        {
            await db.Database.ExecuteSqlRawAsync("DROP INDEX IF EXISTS outbox_id_sender", cancellation);
        }
    }

    /// <summary>EF Core keeps its own lock for SQLite in a table; a process killed in mid-migration leaves it there for ever. The file lock is held, so it is nobody's.</summary>
    private async Task DropAbandonedLockAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation);
    }

    private async Task<FileStream> LockFileAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process migrates; a lock on a file cannot be awaited, only tried.
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellation);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1030, LogLevel.Information, "Applied {Count} schema migration(s), the last {Name}", EventName = "Migrated")]
        public static partial void Migrated(ILogger logger, int count, string name);
    }
}
