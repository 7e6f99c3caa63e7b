using Chat.Server.Storage.Model;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class PostgresSchemaMigratorTests(PostgresDatabase database) : SchemaMigratorContract, IClassFixture<PostgresDatabase>
{
    protected override string ConnectionString { get; } = database.Server.ConnectionString("schema_" + Guid.NewGuid().ToString("n"));

    private protected override ChatDb NewContext() => new PostgresChatDb(new DbContextOptionsBuilder<PostgresChatDb>().UseNpgsql(ConnectionString).Options);

    protected override async Task<IAsyncDisposable> LockAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var take = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection);
        take.Parameters.Add(new NpgsqlParameter<long> { TypedValue = 0x43_68_61_74_53_63_68_6D });
        await take.ExecuteNonQueryAsync();
        return connection;
    }
}

public sealed class SqliteSchemaMigratorTests : SchemaMigratorContract
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("chat-sqlite-").FullName, "chat.db");

    protected override string ConnectionString => $"Data Source={_file}";

    private protected override ChatDb NewContext() => new SqliteChatDb(new DbContextOptionsBuilder<SqliteChatDb>().UseSqlite(ConnectionString).Options);

    protected override Task<IAsyncDisposable> LockAsync() =>
        Task.FromResult<IAsyncDisposable>(new FileStream(_file + ".migrate", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
}

/// <summary>What holds for the schema on either database.</summary>
public abstract class SchemaMigratorContract
{
    protected abstract string ConnectionString { get; }

    private protected abstract ChatDb NewContext();

    /// <summary>The lock that whoever migrates holds.</summary>
    protected abstract Task<IAsyncDisposable> LockAsync();

    [Fact]
    public async Task Start_OnAnOlderSchema_AppliesWhatIsMissing()
    {
        await using (var db = NewContext())
        {
            var all = db.Database.GetMigrations().ToList();
            await db.GetService<IMigrator>().MigrateAsync(all[^2]);
            Assert.Equal([all[^1]], await db.Database.GetPendingMigrationsAsync());
        }

        await using var storage = await StorageHost.StartAsync(ConnectionString);

        await using var after = NewContext();
        Assert.Empty(await after.Database.GetPendingMigrationsAsync());
        Assert.True(storage.Breaker.IsClosed);
    }

    [Fact]
    public async Task Start_OnTheCurrentSchema_WaitsForNobodysLock()
    {
        await (await StorageHost.StartAsync(ConnectionString)).DisposeAsync();
        await using var held = await LockAsync();

        await using var storage = await StorageHost.StartAsync(ConnectionString).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.True(storage.Breaker.IsClosed);
    }

    [Fact]
    public async Task Start_OnALaterSchema_LeavesIt()
    {
        await (await StorageHost.StartAsync(ConnectionString)).DisposeAsync();
        await using (var db = NewContext())
        {
            await db.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('99990101000000_Later', '99.0.0')");
        }

        await using var storage = await StorageHost.StartAsync(ConnectionString);

        await storage.GroupAsync("c_old", "alice");
        Assert.True(storage.Breaker.IsClosed);
    }
}
