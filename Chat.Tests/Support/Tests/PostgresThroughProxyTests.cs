using Chat.Tests.Support.Proxy;
using Npgsql;

namespace Chat.Tests.Support.Tests;

public sealed class PostgresThroughProxyTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Theory]
    [InlineData(RequestFault.LoseReply, 1)]
    [InlineData(RequestFault.LoseRequest, 0)]
    public async Task OnPostgresCommit_Commit_FailsWithTheRowStoredOrNot(RequestFault fault, long rows)
    {
        var table = $"t_{fault}".ToLowerInvariant();
        await database.Server.ExecuteAsync($"CREATE TABLE {table} (n int)", database.Name);
        await using var proxy = TcpProxy.Start(database.Server.Port);
        await using var connection = new NpgsqlConnection(database.Server.ConnectionString(database.Name, proxy.Port));
        await connection.OpenAsync();
        var trigger = proxy.OnPostgresCommit(fault);

        await using var transaction = await connection.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand($"INSERT INTO {table} VALUES (1)", connection, transaction))
        {
            Assert.Equal(1, await insert.ExecuteNonQueryAsync());
        }

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync());
        await trigger.Struck.WaitAsync(Eventually.Patience);
        Assert.Equal(rows, await database.Server.ScalarAsync<long>($"SELECT count(*) FROM {table}", database.Name));
    }
}
