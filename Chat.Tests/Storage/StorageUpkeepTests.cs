using Chat.Server.Storage;
using Chat.Server.Storage.Writing;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class StorageUpkeepTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Step_BlanksExpiredBodies_PrunesTheJournal_ForgetsIdleDevices()
    {
        await using var storage = await StorageHost.StartAsync(database.ConnectionString);
        await storage.GroupAsync("c", "alice", "bob");
        var brief = new Append
        {
            Conversation = "c", Sender = "alice", Id = "brief", Type = "text", Body = "{}"u8.ToArray(), Hash = new byte[16], ExpiresIn = 0.001,
        };
        await storage.Writer.Submit(brief);
        await storage.Writer.Submit(Appends.Message("c", "alice", "lasting"));
        await storage.Cursors.OpenDeviceAsync("bob", "old", 10, default);
        await storage.Cursors.OpenDeviceAsync("bob", "new", 10, default);
        await using var db = await storage.DbAsync();
        await db.Commits.Where(c => c.Id == db.Commits.Min(d => d.Id)).ExecuteUpdateAsync(c => c.SetProperty(p => p.At, 1));
        await db.Devices.Where(d => d.DeviceId == "old").ExecuteUpdateAsync(d => d.SetProperty(p => p.LastSeenAt, 1));

        // Expired, and not blanked yet: nobody gets it all the same.
        await Eventually.TrueAsync(
            async () => (await storage.Log.ReadAsync("c", 0, 1, 1, default))[0].Body.IsEmpty, "the body has expired");
        await storage.Services.GetServices<IHostedService>().OfType<StorageUpkeep>().Single().StepAsync(default);

        var rows = await db.Outbox.AsNoTracking().OrderBy(o => o.Seq).ToListAsync();
        Assert.Equal([null, "{\"n\":1}"], rows.Select(r => r.Body));
        Assert.Equal(1, await db.Commits.CountAsync());
        Assert.Equal(["new"], await db.Devices.Select(d => d.DeviceId).ToListAsync());
        Assert.Equal(["new"], await db.Cursors.Select(c => c.DeviceId).Distinct().ToListAsync());
    }
}
