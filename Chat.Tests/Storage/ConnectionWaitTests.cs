using Chat.Server.Storage;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class ConnectionWaitTests
{
    private const string Family = "db.client.connection.wait_time";
    private const int Pool = 2;

    [Fact]
    public async Task Wait_PoolIsTaken_IsAsLongAsItTookUntilSomebodyGaveOneBack()
    {
        var postgres = await PostgresServer.SharedAsync();
        await using var host = await StorageHost.StartAsync(postgres.ConnectionString(await postgres.CreateDatabaseAsync("wait")), ("Storage:PoolSize", $"{Pool}"));
        using var collector = host.Collect();
        var gate = host.Services.GetRequiredService<StorageGate>();

        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = Enumerable.Range(0, Pool).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        var holding = taken.Select(t => gate.RunAsync(
            async (db, ct) =>
            {
                await db.Database.OpenConnectionAsync(ct);
                t.SetResult();
                await release.Task;
            },
            default)).ToList();
        await Task.WhenAll(taken.Select(t => t.Task));
        var waiting = gate.RunAsync((db, ct) => db.Database.ExecuteSqlRawAsync("SELECT 1", ct), default);
        await Task.Delay(TimeSpan.FromSeconds(0.5)); // How long there is none.
        release.SetResult();
        await Task.WhenAll([.. holding, waiting]);

        var family = collector.Collect().Families.Single(f => f.Name == Family);
        var longWaits = family.Series.Sum(s => s.Buckets!.Skip(family.Bounds!.TakeWhile(b => b < 0.25).Count() + 1).Sum());
        Assert.True(longWaits > 0, $"None of {string.Join(", ", family.Series.Select(s => string.Join(' ', s.Buckets!)))} waited.");
    }
}
