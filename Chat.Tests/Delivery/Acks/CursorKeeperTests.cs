using Chat.Server.Delivery;
using Chat.Server.Delivery.Acks;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Delivery.Acks;

/// <summary>A device that comes back while its last acknowledgement is being written is not sent again what it acknowledged.</summary>
public sealed class CursorKeeperTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly CursorKey Key = new("bob", "phone", "c");

    [Fact]
    public async Task WrittenDuringAReading_IsFoundUntilTheReadingEnds()
    {
        await using var storage = await StorageHost.StartAsync(database.ConnectionString);
        using var keeper = Keeper(storage);
        keeper.Mark(Key, 5);
        using (keeper.BeginReading())
        using (keeper.BeginReading())
        {
            // Whoever read before this was written has an older position from storage.
            await keeper.FlushAsync(default);
            Assert.Equal(0, keeper.Waiting);
            Assert.Equal(5, keeper.Find(Key));
        }

        Assert.Equal(0, keeper.Find(Key));
    }

    [Fact]
    public async Task ForgottenWhileItIsWritten_IsNotFoundAgain()
    {
        await using var storage = await StorageHost.StartAsync(database.ConnectionString);
        using var keeper = Keeper(storage);
        keeper.Mark(Key, 5);
        using var reading = keeper.BeginReading();
        var flush = keeper.FlushAsync(default);
        keeper.Forget(Key);
        await flush;
        Assert.Equal(0, keeper.Find(Key));
        keeper.Mark(Key, 3);
        await keeper.FlushAsync(default);
        Assert.Equal(3, keeper.Find(Key));
        keeper.Forget(Key);
        Assert.Equal(0, keeper.Find(Key));
    }

    /// <summary>The dictionary grows under the hands of who sorts it: the write must not fail for that, and nothing be left behind.</summary>
    [Fact]
    public async Task Flush_WhileDevicesAcknowledge_WritesAllOfThem()
    {
        const int Devices = 20_000;
        await using var storage = await StorageHost.StartAsync(database.ConnectionString);
        using var keeper = Keeper(storage);
        var acknowledging = Task.Run(() =>
        {
            for (var i = 0; i < Devices; i++)
            {
                keeper.Mark(new CursorKey("many", $"device{i}", "c"), 1);
            }
        });
        while (!acknowledging.IsCompleted)
        {
            await keeper.FlushAsync(default);
        }

        await acknowledging;
        await keeper.FlushAsync(default);
        Assert.Equal(0, keeper.Waiting);
        await using var db = await storage.DbAsync();
        Assert.Equal(Devices, await db.Cursors.CountAsync(c => c.UserId == "many" && c.AckedSeq == 1));
    }

    private static CursorKeeper Keeper(StorageHost storage) => new(
        storage.Cursors, storage.Breaker, Options.Create(new DeliveryOptions()), TimeProvider.System, NullLogger<CursorKeeper>.Instance);
}
