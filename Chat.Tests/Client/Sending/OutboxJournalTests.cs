using System.Text.Json;
using Chat.Client;
using Chat.Client.Sending;
using Chat.Contracts;
using Chat.Tests.Client.Support;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Tests.Client.Sending;

public sealed class OutboxJournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-outbox-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "deep", "outbox");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sends_WithoutAReceipt_GoOutAfterARestartInOrderAndOnce()
    {
        await using (var offline = new ClientUnderTest(new Uri("http://127.0.0.1:1"), o => o.OutboxPath = Path))
        {
            await offline.Client.EnqueueAsync(Request("1"));
            await offline.Client.EnqueueAsync(new PublishRequest("2", "news", "text", JsonSerializer.SerializeToElement("x")));
            await offline.Client.EnqueueAsync(Request("3"));
        }

        await using var server = await ScriptedServer.StartAsync();
        await using (var app = new ClientUnderTest(server.Url, o => o.OutboxPath = Path))
        {
            Assert.Equal(["1", "2", "3"], app.Client.PendingSends.Select(send => send.Id));
            app.Client.Start();
            await app.Client.WhenSentAsync().WaitAsync(Eventually.Patience);
            Assert.Equal(["1", "2", "3"], (await app.Receipts.NextAsync(3)).Select(receipt => receipt.Id!).Order());
        }

        Assert.Equal(["1", "2", "3"], server.Script.Stored.Order());
        Assert.Empty(await RestoredAsync());
    }

    [Fact]
    public async Task Send_StoredByTheServerButWithoutReceipt_IsAnsweredAsADuplicateAfterTheRestart()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Script.Send = (_, request) =>
        {
            server.Script.Store(request.Id!, request.Conversation!);
            return new TaskCompletionSource<Receipt>().Task;
        };
        await using (var app = new ClientUnderTest(server.Url, o => o.OutboxPath = Path))
        {
            app.Client.Start();
            await app.Client.EnqueueAsync(Request("1"));
            await (await server.Connections.NextAsync()).Calls.NextAsync();
        }

        server.Script.Send = (_, request) => Task.FromResult(server.Script.Store(request.Id!, request.Conversation!));
        await using var again = new ClientUnderTest(server.Url, o => o.OutboxPath = Path);
        again.Client.Start();

        Assert.Equal(ReceiptStatus.Duplicate, (await again.Receipts.NextAsync()).Status);
    }

    [Fact]
    public async Task Send_CancelledByItsCaller_DoesNotComeBackAfterARestart()
    {
        await using (var offline = new ClientUnderTest(new Uri("http://127.0.0.1:1"), o => o.OutboxPath = Path))
        {
            using var cancel = new CancellationTokenSource();
            var given = offline.Client.SendAsync(Request("given up"), cancel.Token);
            await offline.Client.EnqueueAsync(Request("kept"));
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        }

        Assert.Equal(["kept"], await RestoredAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(40)]
    public async Task Open_WithATornTail_KeepsWhatIsWholeAndGoesOnBehindIt(int cut)
    {
        await AppendAsync("1", "2", "3");
        using (var file = File.OpenWrite(Path))
        {
            file.SetLength(file.Length - cut);
        }

        Assert.Equal(["1", "2"], await RestoredAsync());
        await AppendAsync("4");
        Assert.Equal(["1", "2", "4"], await RestoredAsync());
    }

    [Fact]
    public async Task Open_WithAFlippedByteInTheLastRecord_CutsItOff()
    {
        await AppendAsync("1", "2");
        var bytes = await File.ReadAllBytesAsync(Path);
        bytes[^3] ^= 0x40;
        await File.WriteAllBytesAsync(Path, bytes);

        Assert.Equal(["1"], await RestoredAsync());
    }

    [Fact]
    public void Open_OfAnotherKindOfFile_RefusesAndLeavesItAlone()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, "something else entirely");

        Assert.Throws<InvalidDataException>(() => OutboxJournal.Open(Path, NullLogger.Instance));
        Assert.Equal("something else entirely", File.ReadAllText(Path));
    }

    [Fact]
    public async Task Open_OfAFileInUse_IsRefused()
    {
        await using var first = OutboxJournal.Open(Path, NullLogger.Instance);

        Assert.Throws<IOException>(() => OutboxJournal.Open(Path, NullLogger.Instance));
    }

    [Fact]
    public async Task File_WhenMostOfItIsDone_IsRewrittenSmallAndLosesNothing()
    {
        await using (var journal = OutboxJournal.Open(Path, NullLogger.Instance))
        {
            var items = Enumerable.Range(1, 200).Select(i => Item($"{i:000}", new string('x', 10_000))).ToList();
            await journal.AppendAsync(items, _ => { });
            items.Where((_, i) => i % 20 != 0).ToList().ForEach(journal.Done);
            await journal.AppendAsync([Item("last", "")], _ => { });
        }

        Assert.InRange(new FileInfo(Path).Length, 100_000, 300_000);
        Assert.Equal(["001", "021", "041", "061", "081", "101", "121", "141", "161", "181", "last"], await RestoredAsync());
    }

    [Fact]
    public async Task File_WhenEverythingIsDone_IsEmptiedInPlace()
    {
        await using (var journal = OutboxJournal.Open(Path, NullLogger.Instance))
        {
            var item = Item("1", "body");
            await journal.AppendAsync([item], _ => { });
            journal.Done(item);
        }

        Assert.Equal(8, new FileInfo(Path).Length);
    }

    [Fact]
    public async Task Append_FromManySides_EnqueuesInTheOrderOfTheFile()
    {
        var enqueued = new List<string>();
        await using (var journal = OutboxJournal.Open(Path, NullLogger.Instance))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(side => Task.Run(async () =>
            {
                for (var i = 0; i < 25; i++)
                {
                    await journal.AppendAsync([Item($"{side}-{i}", "")], items => enqueued.Add(items[0].Id));
                }
            })));
        }

        Assert.Equal(200, enqueued.Count);
        Assert.Equal(enqueued, await RestoredAsync());
    }

    private async Task AppendAsync(params string[] ids)
    {
        await using var journal = OutboxJournal.Open(Path, NullLogger.Instance);
        await journal.AppendAsync([.. ids.Select(id => Item(id, "a body of some length, so that a cut falls into it"))], _ => { });
    }

    private async Task<List<string>> RestoredAsync()
    {
        await using var journal = OutboxJournal.Open(Path, NullLogger.Instance);
        return [.. journal.Restored.Select(item => item.Id)];
    }

    private static SendRequest Request(string id) => new(id, "c", "text", JsonSerializer.SerializeToElement(id));

    private static OutboxItem Item(string id, string body)
        => OutboxItem.Of("Send", new SendRequest(id, "c", "text", JsonSerializer.SerializeToElement(body)));
}
