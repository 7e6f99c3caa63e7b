using Chat.Tests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F14, F15, F18, F20: under load, the database is there, and for a while takes nothing.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_storage_takes_nothing(ITestOutputHelper output)
{
    [Fact]
    public async Task PostgreSQL_whose_disk_is_full_goes_on_by_itself_when_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(48, "postgres");
        await using var postgres = await PostgresServer.StartNewAsync();
        await postgres.ExecuteAsync($"CREATE TABLESPACE small LOCATION '{disk.Folder}'");
        await postgres.ExecuteAsync("CREATE DATABASE small TABLESPACE small");

        await new StorageTrial(output).RunAsync(postgres.ConnectionString("small"), postgres.ConnectionString("small"), Done(disk.Fill), Done(disk.Free));
    }

    [Fact]
    public async Task SQLite_whose_disk_is_full_goes_on_by_itself_when_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(16);

        await new StorageTrial(output).RunAsync($"Data Source={disk.Folder}/chat.db", null, Done(disk.Fill), Done(disk.Free));
    }

    [Fact]
    public async Task PostgreSQL_that_takes_no_connections_is_taken_for_away_and_none_is_left_behind()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await postgres.ExecuteAsync("CREATE ROLE app LOGIN");
        await postgres.ExecuteAsync("CREATE DATABASE limited OWNER app");
        var database = postgres.ConnectionString("limited");

        await new StorageTrial(output)
        {
            Meanwhile = async server =>
            {
                Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, await server.StatusAsync("/ready"));

                // One for all: whoever gets it, the others do not hold it up.
                await postgres.ExecuteAsync("ALTER ROLE app CONNECTION LIMIT 1");
                await Task.Delay(TimeSpan.FromSeconds(3)); // A part of the fault.
            },
            Afterwards = async _ => Assert.InRange(await postgres.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'"), 1, 24),
        }.RunAsync(
            new NpgsqlConnectionStringBuilder(database) { Username = "app" }.ConnectionString,
            database,
            async () =>
            {
                await postgres.ExecuteAsync("ALTER ROLE app CONNECTION LIMIT 0");
                await postgres.TerminateConnectionsAsync("limited");
            },
            () => postgres.ExecuteAsync("ALTER ROLE app CONNECTION LIMIT -1"));
    }

    [Fact]
    public async Task PostgreSQL_whose_log_is_locked_is_not_waited_for()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var name = await postgres.CreateDatabaseAsync();
        var database = postgres.ConnectionString(name);
        await using var other = await postgres.OpenAsync(name);
        NpgsqlTransaction? holding = null;

        await new StorageTrial(output) { Length = TimeSpan.FromSeconds(12) }.RunAsync(
            database,
            database,
            async () =>
            {
                holding = await other.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE", other, holding);
                await command.ExecuteNonQueryAsync();
            },
            () => holding!.RollbackAsync());
    }

    [Fact]
    public async Task SQLite_that_another_process_writes_to_is_not_waited_for()
    {
        var database = $"Data Source={Path.Combine(TestRun.NewFolder("locked"), "chat.db")}";
        await using var other = new SqliteConnection(database + ";Pooling=False");
        SqliteTransaction? holding = null;

        await new StorageTrial(output) { Length = TimeSpan.FromSeconds(8) }.RunAsync(
            database,
            null,
            async () =>
            {
                await other.OpenAsync();
                holding = other.BeginTransaction(deferred: false);
            },
            () => holding!.RollbackAsync());
    }

    private static Func<Task> Done(Action act) => () =>
    {
        act();
        return Task.CompletedTask;
    };
}
