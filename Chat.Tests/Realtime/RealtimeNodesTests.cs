using Chat.Contracts;
using Chat.Server.Backplane;
using Chat.Tests.Hubs;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Realtime;

/// <summary>Two nodes, one of which does not reach storage: what it believes of memberships meanwhile.</summary>
public sealed class RealtimeNodesTests
{
    private static readonly string[] CarefulWhenCutOff = ["Realtime:RightsForCutOff=00:00:00"];

    [Fact]
    public async Task Send_StorageAwayHereAlone_WhoIsRemovedElsewhereIsRefusedAndWhatHeSpooledIsNotStored()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await WithRedisAsync(redis);
        await using var other = await RealtimeBed.StartServerAsync(
            $"ConnectionStrings:Chat=Data Source={Path.Combine(bed.Server.Folder, "chat.db")}", $"ConnectionStrings:Redis={redis.ConnectionString}");
        await ModeAsync(other.Services, BackplaneMode.Redis);
        var owner = await other.ConnectAsync("alice", "elsewhere");
        await bed.LoseStorageAsync();
        Assert.Equal(ReceiptStatus.Queued, (await bed.Bob.SendAsync(bed.Conversation, "b1", "still a member")).Status);
        Assert.Equal(("b1", null), await bed.Bob.EventAsync() is var shown ? (shown.Id, shown.Seq) : default);

        Assert.Null(ChatHubTests.CodeOf(await owner.CallAsync("RemoveMember", new { conversation = bed.Conversation, user = "bob" })));

        Assert.Equal(EventTypes.Member, (await bed.Bob.EventAsync()).Type);
        Assert.Equal(bed.Conversation, (await bed.Bob.NoticeAsync(NoticeKinds.Revoked)).Conversation);
        Assert.Equal(ErrorCodes.StorageUnavailable, (await bed.Bob.SendAsync(bed.Conversation, "b2", "no more")).Error?.Code);
        Assert.Equal(ReceiptStatus.Queued, (await bed.Alice.SendAsync(bed.Conversation, "a1", "those who are left")).Status);

        bed.Storage.Heal();
        await bed.DrainedAsync();
        var log = await bed.LogAsync();
        Assert.Equal(("m0", "a1", 3), (log[0], log[^1], log.Count));
        Assert.DoesNotContain("b1", log);
    }

    [Fact]
    public async Task Send_StorageAndRedisLost_IsTrustedForAShorterTime()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var bed = await WithRedisAsync(redis);
        await bed.LoseStorageAsync();
        Assert.Equal(ReceiptStatus.Queued, (await bed.Alice.SendAsync(bed.Conversation, "a1", "storage alone is lost")).Status);

        await redis.KillAsync();
        await ModeAsync(bed.Server.Services, BackplaneMode.Local);

        Assert.Equal(ErrorCodes.StorageUnavailable, (await bed.Alice.SendAsync(bed.Conversation, "a2", "and now Redis")).Error?.Code);
    }

    private static async Task<RealtimeBed> WithRedisAsync(RedisServer redis)
    {
        var bed = await RealtimeBed.StartAsync([$"ConnectionStrings:Redis={redis.ConnectionString}", .. CarefulWhenCutOff]);
        await ModeAsync(bed.Server.Services, BackplaneMode.Redis);
        return bed;
    }

    private static Task ModeAsync(IServiceProvider node, BackplaneMode mode) =>
        Eventually.EqualAsync(mode, () => node.GetRequiredService<IBackplane>().Status.Mode, "the mode", TimeSpan.FromMinutes(1));
}
