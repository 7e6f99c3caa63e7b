using Npgsql;

namespace Chat.Tests.Support.Tests;

public sealed class PostgresServerTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task SharedServer_ClassDatabase_IsEmptyAndDurable()
    {
        var server = database.Server;
        Assert.Equal(0L, await server.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database.Name));
        Assert.Equal("on", await server.ScalarAsync<string>("SHOW fsync"));
        Assert.Equal("on", await server.ScalarAsync<string>("SHOW synchronous_commit"));
    }

    [Fact]
    public async Task StartNewAsync_Settings_AreInForce()
    {
        await using var server = await PostgresServer.StartNewAsync(new Dictionary<string, string> { ["max_connections"] = "17" });
        Assert.Equal("17", await server.ScalarAsync<string>("SHOW max_connections"));
    }

    [Fact]
    public async Task StopStartAndKill_CommittedRows_AreKeptOnTheSamePort()
    {
        await using var server = await PostgresServer.StartNewAsync();
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync("CREATE TABLE t (n int); INSERT INTO t VALUES (1)", name);

        await server.StopAsync();
        Assert.False(server.IsRunning);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => server.OpenAsync(name));
        await server.StartAsync();
        await server.ExecuteAsync("INSERT INTO t VALUES (2)", name);

        await server.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => server.OpenAsync(name));
        await server.StartAsync();
        await server.ExecuteAsync("INSERT INTO t VALUES (3)", name);

        await server.RestartAsync(PostgresStop.Immediate);
        Assert.Equal(6L, await server.ScalarAsync<long>("SELECT sum(n) FROM t", name));
    }

    [Fact]
    public async Task PauseAsync_OpenAndNewConnections_HangUntilResumed()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var open = await server.OpenAsync();
        await server.PauseAsync();

        var query = new NpgsqlCommand("SELECT 1", open).ExecuteScalarAsync();
        var connect = server.ScalarAsync<int>("SELECT 2");
        await Assert.ThrowsAsync<TimeoutException>(() => Task.WhenAny(query, connect).WaitAsync(Short));

        server.Resume();
        Assert.Equal(1, await query);
        Assert.Equal(2, await connect);
    }

    [Fact]
    public async Task DisposeAsync_PausedServer_LeavesNoProcess()
    {
        var server = await PostgresServer.StartNewAsync();
        await server.PauseAsync();
        var backends = ProcFs.DescendantsOf(server.Process.Id);
        Assert.NotEmpty(backends);
        await server.DisposeAsync();
        await Eventually.TrueAsync(() => !backends.Any(b => ProcFs.IsAlive(b.Id)), "the backends are gone");
    }

    [Fact]
    public async Task TerminateConnectionsAsync_OpenConnection_Ends57P01()
    {
        await using var open = await database.Server.OpenAsync(database.Name);
        await database.Server.TerminateConnectionsAsync(database.Name);
        var error = await Assert.ThrowsAsync<PostgresException>(() => new NpgsqlCommand("SELECT 1", open).ExecuteScalarAsync());
        Assert.Equal(PostgresErrorCodes.AdminShutdown, error.SqlState);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StartStandbyAsync_PrimaryDies_PromotedStandbyHasTheRows(bool synchronous)
    {
        await using var primary = await PostgresServer.StartNewAsync();
        await primary.ExecuteAsync("CREATE TABLE t (n int)");
        await using var standby = await primary.StartStandbyAsync(synchronous);
        await primary.ExecuteAsync("INSERT INTO t VALUES (7)");
        if (!synchronous)
        {
            await Eventually.EqualAsync(7, () => standby.ScalarAsync<int>("SELECT max(n) FROM t"), "the row at the standby");
        }

        var refused = await Assert.ThrowsAsync<PostgresException>(() => standby.ExecuteAsync("INSERT INTO t VALUES (8)"));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
        await primary.KillAsync();
        await standby.PromoteAsync();
        await standby.ExecuteAsync("INSERT INTO t VALUES (8)");
        Assert.Equal(15L, await standby.ScalarAsync<long>("SELECT sum(n) FROM t"));
    }
}
