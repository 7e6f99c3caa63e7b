using Chat.Client;
using Chat.Contracts;
using Chat.Tests.Client.Support;
using Chat.Tests.Support;
using static Chat.Tests.Client.Support.ClientUnderTest;

namespace Chat.Tests.Client.Receiving;

public sealed class InboxTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Events_InOrder_AreHandedOutAndAcknowledgedCumulatively()
    {
        await using var app = new ClientUnderTest(_server.Url);
        var connection = await ConnectAsync(app);

        await connection.SendAsync(Run("c", 1, 200));
        await app.Events.NextAsync(200);

        Assert.Equal(Enumerable.Range(1, 200).Select(seq => (long?)seq), app.Seqs("c"));
        await connection.AckedAsync("c", 200);
        Assert.InRange(connection.Acks.All.Count, 1, 20);
    }

    [Fact]
    public async Task Acknowledgement_WhileTheHandlerRuns_IsNotSent()
    {
        var release = new TaskCompletionSource();
        await using var app = new ClientUnderTest(_server.Url, handlesEvents: false);
        app.Client.OnEvent((e, _) =>
        {
            app.Events.Add(e);
            return e.Seq == 2 ? release.Task : Task.CompletedTask;
        });
        var connection = await ConnectAsync(app);
        await connection.SendAsync(Run("c", 1, 3));
        await app.Events.NextAsync(2);
        await connection.AckedAsync("c", 1);

        release.SetResult();

        await connection.AckedAsync("c", 3);
    }

    [Fact]
    public async Task Events_SentAgainOnANewConnection_AreDroppedAndAcknowledgedAgain()
    {
        await using var app = new ClientUnderTest(_server.Url);
        var first = await ConnectAsync(app);
        await first.SendAsync(Run("c", 1, 3));
        await app.Events.NextAsync(3);
        first.Abort();

        var second = await _server.Connections.NextAsync();
        await second.SendAsync(Run("c", 2, 4));
        await app.Events.NextAsync();

        Assert.Equal([1, 2, 3, 4], app.Seqs("c"));
        await second.AckedAsync("c", 4);
    }

    [Fact]
    public async Task Gap_IsFilledFromTheHistoryPageByPageWhileLaterEventsWait()
    {
        var log = Run("c", 1, 300);
        _server.Script.History = (_, request) => Task.FromResult(new HistoryResult
        {
            Ok = true,
            Events = [.. log.Where(e => e.Seq > request.After).Take(Math.Min(request.Limit!.Value, 60))],
            First = 1,
            Head = 300,
        });
        await using var app = new ClientUnderTest(_server.Url);
        var connection = await ConnectAsync(app);

        await connection.SendAsync(log[0], log[249], log[248]);
        await app.Events.NextAsync(250);

        Assert.Equal(Enumerable.Range(1, 250).Select(seq => (long?)seq), app.Seqs("c").Take(250));
        await connection.AckedAsync("c", 250);
    }

    [Theory]
    [InlineData(ErrorCodes.StorageUnavailable, true)]
    [InlineData(ErrorCodes.TokenExpired, false)]
    public async Task Gap_WhileTheHistoryCannotBeReadForNow_WaitsAndIsFilledLater(string code, bool retryable)
    {
        var asked = 0;
        _server.Script.History = (_, _) => Task.FromResult(++asked < 3
            ? new HistoryResult { Error = ServerScript.Refusal(code, retryable, retryAfter: 0.01) }
            : new HistoryResult { Ok = true, Events = Run("c", 2, 2) });
        await using var app = new ClientUnderTest(_server.Url);
        var connection = await ConnectAsync(app);

        await connection.SendAsync(One("c", 1), One("c", 3));
        await app.Events.NextAsync(3);

        Assert.Equal([1, 2, 3], app.Seqs("c"));
    }

    [Fact]
    public async Task Gap_ThatTheHistoryRefuses_IsPassedOver()
    {
        await using var app = new ClientUnderTest(_server.Url);
        var connection = await ConnectAsync(app);

        await connection.SendAsync(One("c", 1), One("c", 5));
        await app.Events.NextAsync(2);

        Assert.Equal([1, 5], app.Seqs("c"));
        await connection.AckedAsync("c", 5);
    }

    [Fact]
    public async Task Gap_OfWhichTheBeginningIsKeptNoLonger_IsFilledAsFarAsItGoes()
    {
        _server.Script.History = (_, _) => Task.FromResult(new HistoryResult { Ok = true, Events = Run("c", 4, 5), First = 4, Head = 6 });
        await using var app = new ClientUnderTest(_server.Url);
        var connection = await ConnectAsync(app);

        await connection.SendAsync(One("c", 1), One("c", 6));
        await app.Events.NextAsync(4);

        Assert.Equal([1, 4, 5, 6], app.Seqs("c"));
    }

    [Fact]
    public async Task Handler_ThatThrows_HoldsItsConversationAndNoOther()
    {
        var broken = true;
        await using var app = new ClientUnderTest(_server.Url, handlesEvents: false);
        app.Client.OnEvent((e, _) =>
        {
            app.Events.Add(e);
            return broken && e is { Conversation: "bad", Seq: 2 } ? throw new InvalidOperationException("No.") : Task.CompletedTask;
        });
        var connection = await ConnectAsync(app);

        await connection.SendAsync([.. Run("bad", 1, 3), .. Run("good", 1, 3)]);
        await connection.AckedAsync("good", 3);
        await connection.SendAsync(One("good", 4));
        await connection.AckedAsync("good", 4);
        Assert.Equal([1, 2], app.Seqs("bad"));
        Assert.DoesNotContain(connection.Acks.All, positions => positions.Any(position => position is { Conversation: "bad", Seq: > 1 }));

        broken = false;
        await connection.SendAsync(One("bad", 2, attempt: 2), One("bad", 3, attempt: 2));
        await connection.AckedAsync("bad", 3);
        Assert.Equal([1, 2, 2, 3], app.Seqs("bad"));
    }

    [Fact]
    public async Task Handler_ThatThrewBeforeAReconnect_GetsTheEventAgainOnTheNewConnection()
    {
        var failures = 1;
        await using var app = new ClientUnderTest(_server.Url, handlesEvents: false);
        app.Client.OnEvent((e, _) =>
        {
            app.Events.Add(e);
            return failures-- > 0 ? throw new InvalidOperationException("Not yet.") : Task.CompletedTask;
        });
        var first = await ConnectAsync(app);
        await first.SendAsync(Run("c", 1, 2));
        await app.Events.NextAsync();
        first.Abort();

        var second = await _server.Connections.NextAsync();
        await second.SendAsync(Run("c", 1, 2));

        await second.AckedAsync("c", 2);
        Assert.Equal([1, 1, 2], app.Seqs("c"));
    }

    [Fact]
    public async Task Handler_ThatKeepsThrowing_IsFreedBySkipped()
    {
        await using var app = new ClientUnderTest(_server.Url, handlesEvents: false);
        app.Client.OnEvent((e, _) =>
        {
            app.Events.Add(e);
            return e.Seq == 1 ? throw new InvalidOperationException("Never.") : Task.CompletedTask;
        });
        var connection = await ConnectAsync(app);
        await connection.SendAsync(Run("c", 1, 2));
        await app.Events.NextAsync();

        await connection.SendAsync(new Notice { Kind = NoticeKinds.Skipped, Conversation = "c", Seq = 1, Reason = "failed" });

        await connection.AckedAsync("c", 2);
        Assert.Equal([1, 2], app.Seqs("c"));
        Assert.Equal(1, (await app.Notices.NextAsync(notice => notice.Kind == NoticeKinds.Skipped)).Seq);
    }

    [Fact]
    public async Task Handler_ThatThrows_IsRunAgainAsOptionsSay_ThenItsErrorIsTold()
    {
        await using var app = new ClientUnderTest(
            _server.Url,
            options =>
            {
                options.HandlerRetries = 2;
                options.HandlerRetryDelay = TimeSpan.FromMilliseconds(1);
            },
            handlesEvents: false);
        var runs = 0;
        app.Client.OnEvent((e, _) => e.Seq == 3 ? throw new InvalidOperationException($"run {++runs}") : Task.CompletedTask);
        var connection = await ConnectAsync(app);
        await connection.SendAsync(Run("c", 1, 4));

        var positions = await connection.Acks.NextAsync(positions => positions.Any(position => position.Error is not null));
        Assert.Equal(new AckPosition("c", 2, "InvalidOperationException: run 3"), positions.Single(position => position.Error is not null));
    }

    [Fact]
    public async Task Handler_Error_IsToldInTheApplicationsWordsOrNotAtAll()
    {
        await using var app = new ClientUnderTest(
            _server.Url, options => options.DescribeHandlerError = fault => fault.Message == "private" ? null : new string('x', 2_000), handlesEvents: false);
        app.Client.OnEvent((e, _) => throw new InvalidOperationException(e.Conversation));
        var connection = await ConnectAsync(app);
        await connection.SendAsync(Run("private", 1, 1));
        await connection.SendAsync(Run("public", 1, 1));

        var position = Assert.Single(await connection.Acks.NextAsync(positions => positions.Any(position => position.Error is not null)));
        Assert.Equal(("public", 0L, 500), (position.Conversation, position.Seq, position.Error!.Length));
        Assert.DoesNotContain(connection.Acks.All, positions => positions.Any(p => p.Conversation == "private"));
    }

    [Fact]
    public async Task Replay_OfAnEventThatAnEarlierRunWasSkippedOver_IsHandledOnceAndAcknowledgedByItself()
    {
        await using var app = new ClientUnderTest(_server.Url);
        var connection = await ConnectAsync(app);
        await connection.SendAsync(Run("c", 7, 9));
        await connection.AckedAsync("c", 9);

        await connection.SendAsync(One("c", 4, attempt: 6));
        await connection.Acks.NextAsync(positions => positions.Contains(new AckPosition("c", 4)));
        await connection.SendAsync(One("c", 4, attempt: 6));
        await connection.Acks.NextAsync(positions => positions.Contains(new AckPosition("c", 4)));

        Assert.Equal([7, 8, 9, 4], app.Seqs("c"));
        Assert.Equal(9, app.Client.GetPositions()["c"].Seq);
    }

    [Fact]
    public async Task Handler_ThatIsSlow_HoldsUpNoOtherConversation()
    {
        var release = new TaskCompletionSource();
        await using var app = new ClientUnderTest(_server.Url, handlesEvents: false);
        app.Client.OnEvent((e, _) => e.Conversation == "slow" ? release.Task : Task.CompletedTask);
        var connection = await ConnectAsync(app);
        await connection.SendAsync(Run("slow", 1, 5));

        await connection.SendAsync(Run("quick", 1, 50));

        await connection.AckedAsync("quick", 50);
        release.SetResult();
        await connection.AckedAsync("slow", 5);
    }

    [Fact]
    public async Task Events_BeyondTheInboxCapacity_AreReadFromTheHistoryWhenThereIsRoom()
    {
        var release = new TaskCompletionSource();
        var log = Run("c", 1, 2000);
        _server.Script.History = (_, request) => Task.FromResult(new HistoryResult
        {
            Ok = true,
            Events = [.. log.Where(e => e.Seq > request.After).Take(request.Limit!.Value)],
        });
        await using var app = new ClientUnderTest(_server.Url, o => o.InboxCapacity = 10, handlesEvents: false);
        app.Client.OnEvent((e, _) =>
        {
            app.Events.Add(e);
            return release.Task;
        });
        var connection = await ConnectAsync(app);
        foreach (var part in log.Chunk(100))
        {
            await connection.SendAsync(part);
        }

        await connection.SendAsync(new Notice { Kind = NoticeKinds.Presence });
        await app.Notices.NextAsync(notice => notice.Kind == NoticeKinds.Presence);
        release.SetResult();

        await app.Events.NextAsync(2000);
        Assert.Equal(log.Select(e => e.Seq), app.Seqs("c"));
        await connection.AckedAsync("c", 2000);
    }

    [Fact]
    public async Task Reset_WithANewEpoch_StartsAnewBehindTheHead()
    {
        await using var app = new ClientUnderTest(_server.Url);
        var connection = await ConnectAsync(app);
        await connection.SendAsync(Run("c", 1, 5));
        await connection.AckedAsync("c", 5);

        await connection.SendAsync(new Notice { Kind = NoticeKinds.Reset, Conversation = "c", Head = 2, Reason = "rewound" });
        await connection.SendAsync(One("c", 3, epoch: 2));

        await connection.AckedAsync("c", 3);
        Assert.Equal(["c-1-1", "c-1-2", "c-1-3", "c-1-4", "c-1-5", "c-2-3"], app.Events.All.Select(e => e.Id));
        Assert.Equal(new InboxPosition(2, 3), app.Client.GetPositions()["c"]);
    }

    [Fact]
    public async Task Truncated_IsNoGap()
    {
        await using var app = new ClientUnderTest(_server.Url);
        var connection = await ConnectAsync(app);
        await connection.SendAsync(One("c", 1));

        await connection.SendAsync(new Notice { Kind = NoticeKinds.Truncated, Conversation = "c", From = 2, To = 8 });
        await connection.SendAsync(One("c", 9));

        await connection.AckedAsync("c", 9);
        Assert.Equal([1, 9], app.Seqs("c"));
        Assert.DoesNotContain(connection.Calls.All, call => call is HistoryRequest);
    }

    [Fact]
    public async Task Positions_OfAnEarlierRun_KeepItsEventsFromComingAgain()
    {
        IReadOnlyDictionary<string, InboxPosition> positions;
        await using (var earlier = new ClientUnderTest(_server.Url))
        {
            var connection = await ConnectAsync(earlier);
            await connection.SendAsync(Run("c", 1, 3));
            await connection.AckedAsync("c", 3);
            positions = earlier.Client.GetPositions();
        }

        await using var app = new ClientUnderTest(_server.Url, o => o.Positions = positions);
        var next = await ConnectAsync(app);
        await next.SendAsync(Run("c", 2, 4));

        await next.AckedAsync("c", 4);
        Assert.Equal([4], app.Seqs("c"));
    }

    [Fact]
    public async Task Handlers_ThatComeLate_GetWhatWaited()
    {
        await using var app = new ClientUnderTest(_server.Url, handlesEvents: false);
        var connection = await ConnectAsync(app);
        await connection.SendAsync(Run("c", 1, 2));
        await connection.SendAsync(new Notice { Kind = NoticeKinds.Presence });
        await app.Notices.NextAsync(notice => notice.Kind == NoticeKinds.Presence);
        Assert.Empty(connection.Acks.All);

        app.Client.OnEvent((e, _) =>
        {
            app.Events.Add(e);
            return Task.CompletedTask;
        });

        await connection.AckedAsync("c", 2);
        Assert.Equal([1, 2], app.Seqs("c"));
    }

    [Fact]
    public async Task TypedHandler_GetsItsTypeOnlyAndTheBodyAsItsRecord()
    {
        var texts = new Inflow<string>("text");
        await using var app = new ClientUnderTest(_server.Url, handlesEvents: false);
        app.Client.OnEvent<Text>("text", (_, body, _) =>
        {
            texts.Add(body?.Content ?? "deleted");
            return Task.CompletedTask;
        });
        var connection = await ConnectAsync(app);

        await connection.SendAsync(
            One("c", 1, body: new { content = "hello" }), One("c", 2) with { Type = "other" }, One("c", 3) with { Body = null });

        await connection.AckedAsync("c", 3);
        Assert.Equal(["hello", "deleted"], texts.All);
    }

    [Fact]
    public async Task Stream_AcknowledgesWhenTheNextEventIsAskedForAndGivesBackWhatItLeft()
    {
        await using var app = new ClientUnderTest(_server.Url, handlesEvents: false);
        var connection = await ConnectAsync(app);
        await using (var reader = app.Client.ReadEventsAsync().GetAsyncEnumerator())
        {
            var moved = reader.MoveNextAsync().AsTask();
            await connection.SendAsync(Run("c", 1, 3));
            Assert.True(await moved.WaitAsync(Eventually.Patience));
            Assert.Equal(1, reader.Current.Seq);
            Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(Eventually.Patience));
            await connection.AckedAsync("c", 1);
            Assert.Equal(2, reader.Current.Seq);
        }

        await using var next = app.Client.ReadEventsAsync().GetAsyncEnumerator();
        Assert.True(await next.MoveNextAsync().AsTask().WaitAsync(Eventually.Patience));
        Assert.Equal(2, next.Current.Seq);
    }

    [Fact]
    public async Task Stream_EndsWhenTheClientCloses()
    {
        var app = new ClientUnderTest(_server.Url, handlesEvents: false);
        await ConnectAsync(app);
        await using var events = app.Client.ReadEventsAsync().GetAsyncEnumerator();
        await using var notices = app.Client.ReadNoticesAsync().GetAsyncEnumerator();
        var nextEvent = events.MoveNextAsync().AsTask();
        var nextNotice = notices.MoveNextAsync().AsTask();

        await app.DisposeAsync();

        Assert.False(await nextEvent.WaitAsync(Eventually.Patience));
        Assert.False(await nextNotice.WaitAsync(Eventually.Patience));
    }

    [Fact]
    public async Task SendOnlyClient_AcknowledgesWhatItDoesNotLookAt()
    {
        await using var app = new ClientUnderTest(_server.Url, o => o.ReceiveEvents = false, handlesEvents: false);
        var connection = await ConnectAsync(app);

        await connection.SendAsync(Run("c", 1, 3));

        await connection.AckedAsync("c", 3);
    }

    [Fact]
    public async Task Dispose_AcknowledgesWhatWasHandled()
    {
        var app = new ClientUnderTest(_server.Url, o => o.AckDelay = TimeSpan.FromHours(1), handlesEvents: false);
        var second = new TaskCompletionSource();
        app.Client.OnEvent((e, cancellationToken) =>
        {
            if (e.Seq == 1)
            {
                return Task.CompletedTask;
            }

            second.SetResult();
            return new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        });
        var connection = await ConnectAsync(app);
        await connection.SendAsync(Run("c", 1, 2));
        await second.Task.WaitAsync(Eventually.Patience);
        Assert.Empty(connection.Acks.All);

        await app.DisposeAsync();

        await connection.AckedAsync("c", 1);
    }

    private async Task<ServerConnection> ConnectAsync(ClientUnderTest app)
    {
        app.Client.Start();
        return await _server.Connections.NextAsync();
    }

    private sealed record Text(string Content);
}
