using System.Text.Json;
using Chat.Contracts;
using Chat.Server.Delivery.Pumps;
using Chat.Tests.Hubs.Wire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Realtime;

/// <summary>What clients of a realtime conversation see while storage is slow or away.</summary>
public sealed class RealtimeTests
{
    [Fact]
    public async Task Send_StorageAway_IsShownAtOnceAndStoredInOrderWhenItIsBack()
    {
        // Where no Redis is configured nobody is cut off from it.
        await using var bed = await RealtimeBed.StartAsync("Realtime:RightsForCutOff=00:00:00");
        await bed.LoseStorageAsync();

        for (var i = 1; i <= 20; i++)
        {
            var receipt = await bed.Alice.SendAsync(bed.Conversation, $"m{i}", $"text {i}");
            Assert.Equal((true, ReceiptStatus.Queued, null), (receipt.Ok, receipt.Status, receipt.Seq));
            var shown = await bed.Bob.RawEventAsync();
            Assert.Equal($"m{i}", shown.GetProperty("id").GetString());
            Assert.Equal($"text {i}", shown.GetProperty("body").GetProperty("text").GetString());
            Assert.False(shown.TryGetProperty("seq", out _));
            Assert.False(shown.TryGetProperty("epoch", out _));
            Assert.Equal(receipt.At, shown.GetProperty("at").GetDateTimeOffset());
        }

        bed.Storage.Heal();
        for (var i = 1; i <= 20; i++)
        {
            var twin = await bed.Bob.EventAsync();
            Assert.Equal(($"m{i}", (long?)(i + 1)), (twin.Id, twin.Seq));
        }

        await bed.DrainedAsync();
        Assert.Equal(Enumerable.Range(0, 21).Select(i => $"m{i}"), await bed.LogAsync());
        Assert.Equal((21d, 0d), (bed.Counted("chat.message.accepted", "delivery.class", "realtime"), bed.Counted("chat.message.failed", "fault", "server")));
        Assert.Empty(Directory.GetFiles(Path.Combine(bed.Server.Folder, "spool"), "*.spool*"));
        Assert.Equal(ReceiptStatus.Stored, (await bed.Alice.SendAsync(bed.Conversation, "m21", "after")).Status);
    }

    [Fact]
    public async Task Send_SpooledAndStored_RepeatGetsTheSeqAndTheFirstTime()
    {
        await using var bed = await RealtimeBed.StartAsync();
        await bed.LoseStorageAsync();
        var queued = await bed.Alice.SendAsync(bed.Conversation, "m1", "once");
        var again = await bed.Alice.SendAsync(bed.Conversation, "m1", "once");
        var other = await bed.Alice.SendAsync(bed.Conversation, "m1", "other");

        Assert.Equal((ReceiptStatus.Queued, queued.At), (again.Status, again.At));
        Assert.Equal(ErrorCodes.IdConflict, other.Error?.Code);
        bed.Storage.Heal();
        await bed.DrainedAsync();
        var late = await bed.Alice.SendAsync(bed.Conversation, "m1", "once");
        Assert.Equal((ReceiptStatus.Duplicate, 2L, queued.At), (late.Status, late.Seq, late.At));
        Assert.Equal(["m0", "m1"], await bed.LogAsync());

        // Shown once, stored once.
        Assert.Equal((null, 2L), ((await bed.Bob.EventAsync()).Seq, (await bed.Bob.EventAsync()).Seq));
        Assert.Equal(0, bed.Bob.EventsWaiting);
    }

    [Fact]
    public async Task Send_CommitTakesLongerThanTheBudget_IsShownMeanwhileAndStoredOnce()
    {
        await using var bed = await RealtimeBed.StartAsync("Realtime:Budget=00:00:00.050", "Storage:AnswerWithin=00:00:30");
        bed.Storage.Hold();

        var sends = new List<Task<JsonElement>>();
        for (var i = 1; i <= 10; i++)
        {
            sends.Add(await bed.Alice.StartAsync("Send", new { id = $"m{i}", conversation = bed.Conversation, type = "text", body = i }));
        }

        foreach (var answer in await Task.WhenAll(sends))
        {
            Assert.Equal(ReceiptStatus.Queued, answer.GetProperty("status").GetString());
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"m{i}"), await IdsAsync(bed.Bob, 10));
        bed.Storage.Heal();
        await bed.DrainedAsync();
        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"m{i}"), await bed.LogAsync());
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"m{i}"), await IdsAsync(bed.Bob, 10));
    }

    [Fact]
    public async Task Send_StorageAway_DurableConversationsAndStrangersAreRefused()
    {
        await using var bed = await RealtimeBed.StartAsync();
        var durable = await bed.Alice.CreateAsync("direct", "bob");
        var stranger = await bed.Server.ConnectAsync("mallory");
        await stranger.NoticeAsync(NoticeKinds.Welcome);
        await bed.LoseStorageAsync();

        foreach (var receipt in new[]
        {
            await bed.Alice.SendAsync(durable, "d1", "no"),
            await stranger.SendAsync(bed.Conversation, "x1", "no"),
            await stranger.SendAsync("c_unknown", "x2", "no"),
        })
        {
            Assert.Equal((false, ErrorCodes.StorageUnavailable, 30.0), (receipt.Ok, receipt.Error?.Code, receipt.Error?.RetryAfter));
        }

        Assert.Equal(0, bed.Spool.Count);
        Assert.Equal(0, bed.Bob.EventsWaiting);
    }

    [Fact]
    public async Task Send_StorageAwayForLongerThanRightsAreTrusted_IsStorageUnavailable()
    {
        await using var bed = await RealtimeBed.StartAsync("Realtime:RightsFor=00:00:00", "Realtime:RightsForCutOff=00:00:00");
        await bed.LoseStorageAsync();

        var receipt = await bed.Alice.SendAsync(bed.Conversation, "m1", "who knows");

        Assert.Equal(ErrorCodes.StorageUnavailable, receipt.Error?.Code);
        Assert.Equal(0, bed.Spool.Count);
        Assert.Equal(1, bed.Counted("chat.message.failed", "fault", "server"));
    }

    [Fact]
    public async Task Send_SpoolFull_IsOverloadedWithATimeAndGoesOnWhenDrained()
    {
        await using var bed = await RealtimeBed.StartAsync("Realtime:SpoolBytes=65536", "Realtime:SpoolFileBytes=16384");
        await bed.LoseStorageAsync();
        var big = new string('x', 10_000);
        var receipts = new List<Receipt>();
        for (var i = 1; i <= 10; i++)
        {
            receipts.Add(await bed.Alice.SendAsync(bed.Conversation, $"m{i}", big));
        }

        var queued = receipts.Count(r => r.Status == ReceiptStatus.Queued);
        Assert.InRange(queued, 5, 7);
        Assert.All(receipts.Skip(queued), r => Assert.Equal((ErrorCodes.Overloaded, true, 30.0), (r.Error?.Code, r.Error?.Retryable, r.Error?.RetryAfter)));
        Assert.Equal(receipts.Count - queued, bed.Counted("chat.message.failed", "error.type", "overloaded"));

        bed.Storage.Heal();
        await bed.DrainedAsync();
        Assert.Equal(queued + 1, (await bed.LogAsync()).Count);
        Assert.True((await bed.Alice.SendAsync(bed.Conversation, "m9", big)).Ok);
    }

    [Fact]
    public async Task SendBatch_OneDoesNotFitIntoTheSpool_NothingBehindItOvertakesIt()
    {
        await using var bed = await RealtimeBed.StartAsync("Realtime:SpoolBytes=65536", "Realtime:SpoolFileBytes=16384");
        await bed.LoseStorageAsync();
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(ReceiptStatus.Queued, (await bed.Alice.SendAsync(bed.Conversation, $"m{i}", new string('x', 10_000))).Status);
        }

        int[] lengths = [1, 20_000, 1];
        var items = lengths.Select(l => new { id = $"of {Guid.NewGuid()}", conversation = bed.Conversation, type = "text", body = new { text = new string('x', l) } });
        var batch = (await bed.Alice.CallAsync("SendBatch", new { items })).Deserialize<BatchResult>(ChatJson.Options)!;

        // The last would fit.
        Assert.Equal([null, ErrorCodes.Overloaded, ErrorCodes.Overloaded], batch.Receipts!.Select(r => r.Error?.Code));
        Assert.Equal(ReceiptStatus.Queued, (await bed.Alice.SendAsync(bed.Conversation, "m6", "fits")).Status);
    }

    [Fact]
    public async Task Send_StoredBeforeItWasKnownWhatTheSenderFollows_GoesOnWhenStorageGoesAway()
    {
        await using var bed = await RealtimeBed.StartAsync();
        await bed.Alice.CallAsync("AddMembers", new { conversation = bed.Conversation, users = new[] { "carol", "dave" } });
        var readers = bed.Server.Services.GetRequiredService<PumpServices>().Readers;
        for (var i = readers.CurrentCount; i > 0; i--)
        {
            await readers.WaitAsync();
        }

        var carol = await bed.Server.ConnectAsync("carol");
        var dave = await bed.Server.ConnectAsync("dave");
        Assert.Equal(ReceiptStatus.Stored, (await carol.SendAsync(bed.Conversation, "c1", "storage took it")).Status);
        await bed.LoseStorageAsync();

        Assert.Equal(ReceiptStatus.Queued, (await carol.SendAsync(bed.Conversation, "c2", "as a member may")).Status);
        Assert.Equal(ErrorCodes.StorageUnavailable, (await dave.SendAsync(bed.Conversation, "d1", "who knows")).Error?.Code);
    }

    [Fact]
    public async Task Removed_WhileSpooled_IsNotStored()
    {
        await using var bed = await RealtimeBed.StartAsync();
        var carol = await bed.Server.ConnectAsync("carol");
        await bed.Alice.CallAsync("AddMembers", new { conversation = bed.Conversation, users = new[] { "carol" } });
        Assert.Equal(2, (await carol.EventAsync()).Seq);
        await bed.LoseStorageAsync();
        Assert.Equal(ReceiptStatus.Queued, (await carol.SendAsync(bed.Conversation, "c1", "too late")).Status);
        Assert.Equal(ReceiptStatus.Queued, (await bed.Alice.SendAsync(bed.Conversation, "m1", "in time")).Status);

        // As another node would, which storage was not away from.
        await using (var db = await bed.Storage.DirectAsync())
        {
            await db.Members.Where(m => m.UserId == "carol").ExecuteUpdateAsync(m => m.SetProperty(p => p.LeftSeq, 2));
        }

        bed.Storage.Heal();
        await bed.DrainedAsync();
        var log = await bed.LogAsync();
        Assert.DoesNotContain("c1", log);
        Assert.Equal("m1", log[^1]);
    }

    private static async Task<List<string>> IdsAsync(WireClient client, int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add((await client.EventAsync()).Id);
        }

        return ids;
    }
}
