using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Client.Support;
using Chat.Tests.Support;

namespace Chat.Tests.Client.Sending;

public sealed class OutboxTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;

    private ServerScript Script => _server.Script;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Send_AnswersTheReceipt()
    {
        await using var app = await ConnectedAsync();

        var receipt = await app.Client.SendAsync("c", "text", new { text = "hi" }, id: "mine").WaitAsync(Eventually.Patience);

        Assert.Equal((true, "mine", 1, ReceiptStatus.Stored), (receipt.Ok, receipt.Id, receipt.Seq, receipt.Status));
        Assert.Equal(receipt, await app.Receipts.NextAsync());
        var request = Assert.IsType<SendRequest>(await _server.Connections.All[0].Calls.NextAsync());
        Assert.Equal("""{"text":"hi"}""", request.Body.GetRawText());
        Assert.Empty(app.Client.PendingSends);
    }

    [Fact]
    public async Task Send_WithoutAnId_GetsOneThatSortsByTime()
    {
        await using var app = await ConnectedAsync();

        var receipt = await app.Client.SendAsync("c", "text", "hi").WaitAsync(Eventually.Patience);

        Assert.Equal(7, Guid.Parse(receipt.Id!).Version);
    }

    [Fact]
    public async Task Send_WhoseReceiptIsLostWithTheConnection_GoesOutAgainUnderTheSameIdAndIsStoredOnce()
    {
        Script.Send = (connection, request) =>
        {
            var receipt = Script.Store(request.Id!, request.Conversation!);
            if (connection == _server.Connections.All[0])
            {
                connection.Abort();
                return new TaskCompletionSource<Receipt>().Task;
            }

            return Task.FromResult(receipt);
        };
        await using var app = await ConnectedAsync();

        var receipt = await app.Client.SendAsync("c", "text", "hi").WaitAsync(Eventually.Patience);

        Assert.Equal((1, ReceiptStatus.Duplicate), (receipt.Seq, receipt.Status));
        Assert.Equal([receipt.Id!], Script.Stored);
    }

    [Fact]
    public async Task Send_ThatIsRefusedForGood_CompletesWithTheError()
    {
        Script.Send = (_, request) => Task.FromResult(ServerScript.Refused(request, ErrorCodes.NotFound));
        await using var app = await ConnectedAsync();

        var receipt = await app.Client.SendAsync("nowhere", "text", "hi").WaitAsync(Eventually.Patience);

        Assert.Equal((false, ErrorCodes.NotFound), (receipt.Ok, receipt.Error?.Code));
    }

    [Fact]
    public async Task Send_OfABodyThatNoServerTakes_IsRefusedHere()
    {
        await using var app = await ConnectedAsync();

        var receipt = await app.Client.SendAsync("c", "text", new string('x', 33_000)).WaitAsync(Eventually.Patience);

        Assert.Equal((false, ErrorCodes.TooLarge), (receipt.Ok, receipt.Error?.Code));
        Assert.Empty(_server.Connections.All[0].Calls.All);
    }

    [Fact]
    public async Task Send_OfTheLargestBodyOfForeignLetters_FitsTheFrame()
    {
        await using var app = await ConnectedAsync();
        var text = new string('漢', 10_900);

        var receipt = await app.Client.SendAsync("c", "text", text).WaitAsync(Eventually.Patience);

        Assert.True(receipt.Ok);
        Assert.Equal(text, Assert.IsType<SendRequest>(await _server.Connections.All[0].Calls.NextAsync()).Body.GetString());
    }

    [Fact]
    public async Task Sends_OfAConversation_AreStoredInOrderOverDropsAndRefusals()
    {
        var calls = 0;
        Script.Send = (connection, request) =>
        {
            switch (Interlocked.Increment(ref calls) % 7)
            {
                case 3:
                    return Task.FromResult(ServerScript.Refused(request, ErrorCodes.StorageUnavailable, retryable: true, retryAfter: 0.001));
                case 5:
                    connection.Abort();
                    return new TaskCompletionSource<Receipt>().Task;
                default:
                    return Task.FromResult(Script.Store(request.Id!, request.Conversation!));
            }
        };

        // One by one: the order within a batch is the server's matter.
        await using var app = await ConnectedAsync(o => o.MaxBatch = 1);
        var ids = Enumerable.Range(1, 60).Select(i => $"{i:00}").ToList();

        var receipts = await Task.WhenAll(ids.Select(id => app.Client.SendAsync("c", "text", id, id: id))).WaitAsync(Eventually.Patience);

        Assert.All(receipts, receipt => Assert.True(receipt.Ok));
        Assert.Equal(ids, Script.Stored);
    }

    [Fact]
    public async Task Sends_ThatWaitBehindOneAnother_TravelTogetherAndInOrder()
    {
        var first = new TaskCompletionSource();
        Script.Send = async (_, request) =>
        {
            if (request.Id == "00")
            {
                await first.Task;
            }

            return Script.Store(request.Id!, request.Conversation!);
        };
        await using var app = await ConnectedAsync();
        var ids = Enumerable.Range(0, 101).Select(i => $"{i:00}").ToList();
        var sends = ids.Select(id => app.Client.SendAsync("c", "text", id, id: id)).ToList();
        await _server.Connections.All[0].Calls.NextAsync();

        first.SetResult();
        await Task.WhenAll(sends).WaitAsync(Eventually.Patience);

        Assert.Equal(ids, Script.Stored);
        Assert.Equal([64, 36], _server.Connections.All[0].Calls.All.OfType<SendBatchRequest>().Select(batch => batch.Items!.Count));
    }

    [Fact]
    public async Task Batch_WithOneSendThatMustWait_KeepsTheOrderOfTheRest()
    {
        var batches = 0;
        Script.SendBatch = (_, batch) =>
        {
            batches++;
            return Task.FromResult(new BatchResult
            {
                Ok = true,
                Receipts =
                [
                    .. batch.Items!.Select(item => item.Id is "2" or "3" && batches == 1
                        ? ServerScript.Refused(item, ErrorCodes.Overloaded, retryable: true)
                        : Script.Store(item.Id!, item.Conversation!)),
                ],
            });
        };
        await using var app = await ConnectedAsync();

        var receipts = await app.Client.SendBatchAsync([.. Enumerable.Range(1, 3).Select(i => Request($"{i}"))]).WaitAsync(Eventually.Patience);

        Assert.Equal(["1", "2", "3"], receipts.Select(receipt => receipt.Id));
        Assert.Equal(["1", "2", "3"], Script.Stored);
        Assert.Equal(2, batches);
    }

    [Fact]
    public async Task Batch_RefusedAsAWhole_IsSentOneByOne()
    {
        Script.SendBatch = (_, _) => Task.FromResult(new BatchResult { Error = ServerScript.Refusal(ErrorCodes.Invalid) });
        await using var app = await ConnectedAsync();

        var receipts = await app.Client.SendBatchAsync([Request("1"), Request("2")]).WaitAsync(Eventually.Patience);

        Assert.All(receipts, receipt => Assert.True(receipt.Ok));
        Assert.Equal(["1", "2"], Script.Stored);
    }

    [Fact]
    public async Task Send_WhileStorageIsAway_WaitsAndHoldsBackLaterOnesOfItsConversationOnly()
    {
        var isAway = true;
        Script.Send = (_, request) => Task.FromResult(isAway && request.Conversation == "c"
            ? ServerScript.Refused(request, ErrorCodes.StorageUnavailable, retryable: true, retryAfter: 0.02)
            : Script.Store(request.Id!, request.Conversation!));
        await using var app = await ConnectedAsync();
        var connection = _server.Connections.All[0];
        var first = app.Client.SendAsync(Request("first"));
        await connection.Calls.NextAsync(2);

        var second = app.Client.SendAsync(Request("second"));
        var elsewhere = await app.Client.SendAsync("d", "text", "x", id: "elsewhere").WaitAsync(Eventually.Patience);
        Assert.True(elsewhere.Ok);
        Assert.Equal(["first", "second"], app.Client.PendingSends.Select(send => send.Id));

        isAway = false;
        await Task.WhenAll(first, second).WaitAsync(Eventually.Patience);
        Assert.Equal(["elsewhere", "first", "second"], Script.Stored);
    }

    [Fact]
    public async Task Send_ThatWaitsForStorage_GoesOutWhenTheServerSaysRestored()
    {
        var isAway = true;
        Script.Send = (_, request) => Task.FromResult(isAway
            ? ServerScript.Refused(request, ErrorCodes.StorageUnavailable, retryable: true, retryAfter: 3000)
            : Script.Store(request.Id!, request.Conversation!));
        await using var app = await ConnectedAsync();
        var connection = _server.Connections.All[0];
        var sent = app.Client.SendAsync(Request("1"));
        await connection.Calls.NextAsync();
        await connection.SendAsync(new Notice { Kind = NoticeKinds.Restored, Dependency = "redis" });
        Assert.True((await app.Client.PingAsync().WaitAsync(Eventually.Patience)).Ok);
        Assert.False(sent.IsCompleted);

        isAway = false;
        await connection.SendAsync(new Notice { Kind = NoticeKinds.Restored, Dependency = "storage" });

        Assert.True((await sent.WaitAsync(Eventually.Patience)).Ok);
    }

    [Fact]
    public async Task Send_ThatWaits_GoesOutOnTheNextConnection()
    {
        Script.Send = (connection, request) => Task.FromResult(connection == _server.Connections.All[0]
            ? ServerScript.Refused(request, ErrorCodes.Draining, retryable: true, retryAfter: 3000)
            : Script.Store(request.Id!, request.Conversation!));
        await using var app = await ConnectedAsync();
        var sent = app.Client.SendAsync(Request("1"));
        await _server.Connections.All[0].Calls.NextAsync();

        _server.Connections.All[0].Abort();

        Assert.True((await sent.WaitAsync(Eventually.Patience)).Ok);
    }

    [Fact]
    public async Task Send_RefusedForItsToken_GoesOutWithAFreshOne()
    {
        var isSignedIn = false;
        Script.RefreshToken = (_, _) =>
        {
            isSignedIn = true;
            return Task.FromResult(Result.Success);
        };
        Script.Send = (_, request) => Task.FromResult(isSignedIn
            ? Script.Store(request.Id!, request.Conversation!)
            : ServerScript.Refused(request, ErrorCodes.TokenExpired));
        await using var app = await ConnectedAsync(o => o.AccessTokenProvider = _ => ValueTask.FromResult<string?>("t"));

        Assert.True((await app.Client.SendAsync(Request("1")).WaitAsync(Eventually.Patience)).Ok);
    }

    [Fact]
    public async Task Send_OnWhichTheHubThrowsEachTime_EndsAndFreesItsConversation()
    {
        Script.Send = (_, request) => request.Id == "poison"
            ? throw new InvalidOperationException("A bug.")
            : Task.FromResult(Script.Store(request.Id!, request.Conversation!));
        await using var app = await ConnectedAsync();

        var poison = await app.Client.SendAsync(Request("poison")).WaitAsync(Eventually.Patience);

        Assert.Equal((false, ErrorCodes.Internal, false), (poison.Ok, poison.Error?.Code, poison.Error?.Retryable));
        Assert.Equal(5, _server.Connections.All[0].Calls.All.Count);
        Assert.True((await app.Client.SendAsync(Request("next")).WaitAsync(Eventually.Patience)).Ok);
    }

    [Fact]
    public async Task Send_ThatIsNeverAnswered_GoesOutOnANewConnection()
    {
        var time = new ManualTimeProvider();
        Script.Send = (connection, request) => connection == _server.Connections.All[0]
            ? new TaskCompletionSource<Receipt>().Task
            : Task.FromResult(Script.Store(request.Id!, request.Conversation!));
        await using var app = await ConnectedAsync(o =>
        {
            o.TimeProvider = time;
            o.WatchdogInterval = TimeSpan.FromHours(1);
            o.CallTimeout = TimeSpan.FromSeconds(30);
        });
        var sent = app.Client.SendAsync(Request("1"));
        await _server.Connections.All[0].Calls.NextAsync();

        await time.WaitForTimerAsync(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(30));
        await app.PassRetryAsync(time);

        Assert.True((await sent.WaitAsync(Eventually.Patience)).Ok);
    }

    [Fact]
    public async Task Send_CancelledWhileItWaits_NeverGoesOut()
    {
        await using var app = new ClientUnderTest(_server.Url);
        using var cancel = new CancellationTokenSource();
        var given = app.Client.SendAsync(Request("given up"), cancel.Token);
        var kept = app.Client.SendAsync(Request("kept"));

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        app.Client.Start();

        await kept.WaitAsync(Eventually.Patience);
        Assert.Equal(["kept"], Script.Stored);
    }

    [Fact]
    public async Task Send_CancelledDuringItsCall_IsNotRepeated()
    {
        var answer = new TaskCompletionSource<Receipt>();
        Script.Send = (_, request) => request.Id == "given up" ? answer.Task : Task.FromResult(Script.Store(request.Id!, request.Conversation!));
        await using var app = await ConnectedAsync();
        using var cancel = new CancellationTokenSource();
        var given = app.Client.SendAsync(Request("given up"), cancel.Token);
        var request = (SendRequest)await _server.Connections.All[0].Calls.NextAsync();

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        answer.SetResult(ServerScript.Refused(request, ErrorCodes.StorageUnavailable, retryable: true));

        Assert.True((await app.Client.SendAsync(Request("next")).WaitAsync(Eventually.Patience)).Ok);
        Assert.Equal(["next"], Script.Stored);
        Assert.Empty(app.Client.PendingSends);
    }

    [Fact]
    public async Task Send_BeyondTheCapacity_ThrowsAndLeavesNoTrace()
    {
        await using var app = new ClientUnderTest(_server.Url, o => o.OutboxCapacity = 2);
        var first = app.Client.SendAsync(Request("1"));
        var second = app.Client.SendAsync(Request("2"));

        Assert.Equal(2, (await Assert.ThrowsAsync<OutboxFullException>(() => app.Client.SendAsync(Request("3")))).Capacity);
        await Assert.ThrowsAsync<OutboxFullException>(() => app.Client.EnqueueAsync(Request("4")));

        app.Client.Start();
        await Task.WhenAll(first, second).WaitAsync(Eventually.Patience);
        Assert.True((await app.Client.SendAsync(Request("5")).WaitAsync(Eventually.Patience)).Ok);
        Assert.Equal(["1", "2", "5"], Script.Stored);
    }

    [Fact]
    public async Task Sends_ToManyConversations_AreBoundedInFlight()
    {
        var running = 0;
        var most = 0;
        var release = new TaskCompletionSource();
        Script.Send = async (_, request) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await release.Task;
            Interlocked.Decrement(ref running);
            return Script.Store(request.Id!, request.Conversation!);
        };
        await using var app = await ConnectedAsync(o => o.MaxInFlight = 4);
        var sends = Enumerable.Range(1, 20).Select(i => app.Client.SendAsync($"c{i}", "text", i)).ToList();
        await _server.Connections.All[0].Calls.NextAsync(4);
        Assert.True((await app.Client.PingAsync().WaitAsync(Eventually.Patience)).Ok);

        release.SetResult();
        await Task.WhenAll(sends).WaitAsync(Eventually.Patience);

        Assert.Equal(4, most);
    }

    [Fact]
    public async Task Dispose_WhileSending_FailsWhatHasNoReceipt()
    {
        Script.Send = (_, _) => new TaskCompletionSource<Receipt>().Task;
        var app = await ConnectedAsync();
        var underWay = app.Client.SendAsync(Request("under way"));
        var waiting = app.Client.SendAsync(Request("waiting"));
        var emptied = app.Client.WhenSentAsync();
        await _server.Connections.All[0].Calls.NextAsync();

        await app.DisposeAsync();

        await Assert.ThrowsAsync<ChatClosedException>(() => underWay);
        await Assert.ThrowsAsync<ChatClosedException>(() => waiting);
        await Assert.ThrowsAsync<ChatClosedException>(() => emptied);
        await Assert.ThrowsAsync<ChatClosedException>(() => app.Client.SendAsync(Request("late")));
    }

    [Fact]
    public async Task EditsDeletesAndReactions_TakeTheirPlaceBehindTheSends()
    {
        await using var app = new ClientUnderTest(_server.Url);
        var all = new Task<Receipt>[]
        {
            app.Client.SendAsync(Request("m")),
            app.Client.EditAsync("c", "m", new { text = "better" }),
            app.Client.ReactAsync("c", "m", "👍"),
            app.Client.DeleteAsync("c", "m"),
        };
        app.Client.Start();

        var receipts = await Task.WhenAll(all).WaitAsync(Eventually.Patience);

        Assert.Equal([1, 2, 3, 4], receipts.Select(receipt => receipt.Seq!.Value));
        Assert.Equal(
            [typeof(SendRequest), typeof(EditRequest), typeof(ReactRequest), typeof(DeleteRequest)],
            (await _server.Connections.NextAsync()).Calls.All.Select(call => call.GetType()));
    }

    [Fact]
    public async Task WhenSent_CompletesWithTheLastReceipt()
    {
        await using var app = new ClientUnderTest(_server.Url);
        var pending = await app.Client.EnqueueAsync(Request("1"));
        var sent = app.Client.WhenSentAsync();
        Assert.False(sent.IsCompleted);
        app.Client.Start();

        await sent.WaitAsync(Eventually.Patience);

        Assert.True((await pending.Receipt.WaitAsync(Eventually.Patience)).Ok);
    }

    private async Task<ClientUnderTest> ConnectedAsync(Action<ChatClientOptions>? configure = null)
    {
        var app = new ClientUnderTest(_server.Url, configure);
        await app.Client.ConnectAsync().WaitAsync(Eventually.Patience);
        await _server.Connections.NextAsync();
        return app;
    }

    private static SendRequest Request(string id)
        => new(id, "c", "text", System.Text.Json.JsonSerializer.SerializeToElement(id));

    private static void InterlockedMax(ref int most, int value)
    {
        var seen = Volatile.Read(ref most);
        while (value > seen && Interlocked.CompareExchange(ref most, value, seen) is var now && now != seen)
        {
            seen = now;
        }
    }
}
