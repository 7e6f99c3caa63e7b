using Chat.Contracts;
using Chat.Server.Backplane;
using Chat.Server.Delivery.Locks;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Model;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Realtime;

/// <summary>A lock of a realtime conversation: what is sent after it is refused, and what has a receipt is stored, whatever storage does.</summary>
public sealed class LockedRealtimeTests
{
    [Fact]
    public async Task Send_LockedWhileStorageWasThere_IsRefusedWithAndWithoutStorage()
    {
        await using var bed = await RealtimeBed.StartAsync();
        await bed.Server.Services.GetRequiredService<LockService>().LockAsync(bed.Conversation, "spam", "op", default);
        Assert.Equal(ErrorCodes.Locked, (await bed.Alice.SendAsync(bed.Conversation, "m1", "no")).Error?.Code);

        await bed.LoseStorageAsync();

        Assert.Equal(ErrorCodes.Locked, (await bed.Alice.SendAsync(bed.Conversation, "m2", "no")).Error?.Code);
        Assert.Equal((0, 0), (bed.Spool.Count, bed.Bob.EventsWaiting));
    }

    [Fact]
    public async Task Queued_BeforeThisProcessHeardOfTheLock_IsStoredAndItsRepeatHasItsReceipt()
    {
        await using var bed = await RealtimeBed.StartAsync();
        await bed.LoseStorageAsync();
        var queued = await bed.Alice.SendAsync(bed.Conversation, "m1", "in time");
        Assert.Equal(ReceiptStatus.Queued, queued.Status);
        await LockPastTheSwitchAsync(bed);
        bed.Server.Services.GetRequiredService<LockWatch>().Hear(new LockRing(bed.Conversation, true).ToBytes());

        Assert.Equal(ErrorCodes.Locked, (await bed.Alice.SendAsync(bed.Conversation, "m2", "too late")).Error?.Code);
        Assert.Equal((ReceiptStatus.Queued, queued.At), await bed.Alice.SendAsync(bed.Conversation, "m1", "in time") is var again ? (again.Status, again.At) : default);

        bed.Storage.Heal();
        await bed.DrainedAsync();
        Assert.Equal(["m0", "m1"], await bed.LogAsync());
        Assert.Equal(0, bed.Counted("chat.realtime.refused", "reason", "Locked"));
        Assert.Equal(ErrorCodes.Locked, (await bed.Alice.SendAsync(bed.Conversation, "m3", "no")).Error?.Code);
    }

    [Fact]
    public async Task Queued_WhileTheWriterHadIt_IsStoredAlthoughTheWriterFoundTheLock()
    {
        await using var bed = await RealtimeBed.StartAsync("Realtime:Budget=00:00:00.050", "Storage:AnswerWithin=00:00:30");
        bed.Storage.Hold();
        Assert.Equal(ReceiptStatus.Queued, (await bed.Alice.SendAsync(bed.Conversation, "m1", "in the writer's hands")).Status);
        await LockPastTheSwitchAsync(bed);

        bed.Storage.Heal();

        await bed.DrainedAsync();
        Assert.Equal(["m0", "m1"], await bed.LogAsync());
    }

    [Fact]
    public async Task Send_LockedByAnotherNodeWhileStorageIsAwayHereAlone_IsRefusedAsSoonAsTheBusTells()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await RealtimeBed.StartAsync($"ConnectionStrings:Redis={redis.ConnectionString}");
        await using var other = await RealtimeBed.StartServerAsync(
            $"ConnectionStrings:Chat=Data Source={Path.Combine(bed.Server.Folder, "chat.db")}", $"ConnectionStrings:Redis={redis.ConnectionString}");
        foreach (var node in new[] { bed.Server.Services, other.Services })
        {
            await Eventually.EqualAsync(BackplaneMode.Redis, () => node.GetRequiredService<IBackplane>().Status.Mode, "the mode", TimeSpan.FromMinutes(1));
        }

        await bed.LoseStorageAsync();
        Assert.Equal(ReceiptStatus.Queued, (await bed.Alice.SendAsync(bed.Conversation, "m1", "open")).Status);

        await other.Services.GetRequiredService<LockService>().LockAsync(bed.Conversation, "spam", "op", default);

        var book = bed.Server.Services.GetRequiredService<LockBook>();
        await Eventually.TrueAsync(() => book.Contains(bed.Conversation), "the lock is heard of");
        Assert.Equal(ErrorCodes.Locked, (await bed.Alice.SendAsync(bed.Conversation, "m2", "locked")).Error?.Code);
        await other.Services.GetRequiredService<LockService>().UnlockAsync(bed.Conversation, default);
        await Eventually.TrueAsync(() => !book.Contains(bed.Conversation), "the end of the lock is heard of");
        Assert.Equal(ReceiptStatus.Queued, (await bed.Alice.SendAsync(bed.Conversation, "m3", "open again")).Status);
    }

    private static async Task LockPastTheSwitchAsync(RealtimeBed bed)
    {
        await using var db = await bed.Storage.DirectAsync();
        await db.Set<ConversationRow>().Where(c => c.Id == bed.Conversation).ExecuteUpdateAsync(c => c.SetProperty(p => p.LockedAt, 1));
    }
}
