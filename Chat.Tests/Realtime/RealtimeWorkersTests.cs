using Chat.Contracts;
using Chat.Server.Realtime.Spool;
using Chat.Tests.Hubs.Wire;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Realtime;

/// <summary>Two workers of one node, one of which does not reach its storage: they share the spool, and the order of what is in it.</summary>
public sealed class RealtimeWorkersTests
{
    /// <summary>She waits for each receipt, then goes to the other worker. No time is given to anybody in between.</summary>
    [Fact]
    public async Task Send_BySenderWhoChangesBetweenLivingWorkers_IsStoredInTheOrderOfHerSends()
    {
        await using var bed = await RealtimeBed.StartAsync();
        await using var other = await SecondWorkerAsync(bed);
        var elsewhere = await FollowingAsync(other, bed.Conversation);
        await bed.LoseStorageAsync();

        var expected = new List<string> { "m0" };
        for (var n = 1; n <= 24; n++)
        {
            var receipt = await (n % 2 == 0 ? elsewhere : bed.Alice).SendAsync(bed.Conversation, $"m{n}", "in order");
            Assert.True(receipt.Ok);
            expected.Add($"m{n}");
        }

        // The other worker stores for both; this one has no storage yet.
        await bed.DrainedAsync();
        bed.Storage.Heal();
        Assert.Equal(expected, await LogAsync(elsewhere, bed.Conversation));
    }

    [Fact]
    public async Task Send_ToTheSuccessorOfAWorkerThatIsGone_IsStoredBehindWhatThatHadSpooled()
    {
        var bed = await RealtimeBed.StartAsync();
        await using var other = await SecondWorkerAsync(bed);
        var elsewhere = await FollowingAsync(other, bed.Conversation);
        SwitchedStorage.Of(other.Services).Hold();
        await bed.LoseStorageAsync();
        for (var n = 1; n <= 5; n++)
        {
            Assert.Equal(ReceiptStatus.Queued, (await bed.Alice.SendAsync(bed.Conversation, $"m{n}", "before")).Status);
        }

        await bed.DisposeAsync();
        var late = elsewhere.SendAsync(bed.Conversation, "m6", "behind");
        SwitchedStorage.Of(other.Services).Heal();

        Assert.True((await late).Ok);
        await Eventually.TrueAsync(() => other.Services.GetRequiredService<OwnSpool>().IsClear, "all is stored");
        Assert.Equal(Enumerable.Range(0, 7).Select(n => $"m{n}"), await LogAsync(elsewhere, bed.Conversation));
    }

    private static Task<InProcessServer> SecondWorkerAsync(RealtimeBed bed) => RealtimeBed.StartServerAsync(
        $"ConnectionStrings:Chat=Data Source={Path.Combine(bed.Server.Folder, "chat.db")}", $"Realtime:SpoolFolder={Path.Combine(bed.Server.Folder, "spool")}");

    /// <summary>Alice on another worker, which knows that she follows the conversation.</summary>
    private static async Task<WireClient> FollowingAsync(InProcessServer server, string conversation)
    {
        var alice = await server.ConnectAsync("alice", "elsewhere");
        Assert.Equal((conversation, 1L), ((await alice.EventAsync()) is var first ? (first.Conversation, first.Seq) : default));
        return alice;
    }

    internal static async Task<IEnumerable<string>> LogAsync(WireClient client, string conversation)
    {
        var history = System.Text.Json.JsonSerializer.Deserialize<HistoryResult>(
            await client.CallAsync("History", new { conversation, after = 0, limit = 200 }), ChatJson.Options)!;
        return history.Events!.Select(e => e.Id);
    }
}
