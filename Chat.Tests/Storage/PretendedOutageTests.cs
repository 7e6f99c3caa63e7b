using Chat.Server.Failpoints;
using Chat.Server.Storage;
using Chat.Server.Storage.Writing;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Storage;

/// <summary>The writer, when its database is pretended to be away.</summary>
public sealed class PretendedOutageTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Submit_OutageBeginsBeforeTheCommit_LosesItsReplyAndStoresItOnce()
    {
        await using var storage = await StorageHost.StartAsync(database.ConnectionString, services => services.AddSingleton<FaultSwitches>());
        var away = storage.Services.GetRequiredService<FaultSwitches>().DatabaseAway;
        await storage.GroupAsync("c_pretended", "alice");
        Assert.IsType<AppendStored>(await storage.Writer.Submit(Appends.Message("c_pretended", "alice", "first")));
        var sent = Appends.Message("c_pretended", "alice", "second");

        // The writer waits for the conversation's row, its transaction begun, while the outage begins.
        Task<AppendOutcome> answer;
        await using (var db = await storage.DbAsync())
        {
            await using var held = await db.Database.BeginTransactionAsync();
            await db.Database.ExecuteSqlRawAsync("SELECT 1 FROM conversations WHERE id = 'c_pretended' FOR UPDATE");
            answer = storage.Writer.Submit(sent);
            await Eventually.TrueAsync(
                async () => await database.Server.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE '% writer'", database.Name) > 0,
                "the writer waits for the row");
            away.Follow(new FaultOrder(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1), 0));
            await held.DisposeAsync();
        }

        await Eventually.TrueAsync(() => storage.Doubted.Any(e => e.Id == "second"), "the commit is in doubt");
        away.Follow(null);
        await answer;
        await storage.Breaker.WaitUntilClosedAsync(CancellationToken.None).WaitAsync(Eventually.Patience);
        var again = Assert.IsType<AppendStored>(await storage.Writer.Submit(Appends.Message("c_pretended", "alice", "second")));
        Assert.Equal((2L, true), (again.Seq, again.Duplicate));
        Assert.Equal(["first", "second"], (await storage.Log.ReadAsync("c_pretended", 0, long.MaxValue, 10, default)).Select(e => e.Id));
    }
}
