using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;

namespace Chat.Tests.Hubs;

/// <summary>Publish and subscribe as stock clients see it.</summary>
public abstract class TopicCallsContract(TopicServer fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Uri Url => fixture.Server.Url;

    [Fact]
    public async Task Publish_ToSubscribersOnAnyProcess_ArrivesInOrderWithoutAHole()
    {
        var topic = NewName("news");
        await using var first = await ConnectedAsync();
        await using var second = await ConnectedAsync();
        var subscribers = new[] { first, second, await ConnectedAsync(), await ConnectedAsync() };
        foreach (var subscriber in subscribers)
        {
            var answer = await SubscribeAsync(subscriber, topic);
            Assert.Equal(($"topic:{topic}", 0L, 0L), (answer.Conversation, answer.Head, answer.Position));
        }

        var receipts = await Task.WhenAll(new[] { first, second }.SelectMany(p => Enumerable.Range(1, 60).Select(n => p.PublishAsync(topic, new { p.User, n }))));

        Assert.All(receipts, r => Assert.True(r is { Ok: true, Status: ReceiptStatus.Stored }, r.Error?.ToString()));
        Assert.Equal(Enumerable.Range(1, 120).Select(n => (long?)n), receipts.Select(r => r.Seq).Order());
        foreach (var subscriber in subscribers)
        {
            await AssertSeqsAsync(subscriber, topic, 1, 120);
            foreach (var publisher in new[] { first.User, second.User })
            {
                // What one publisher sends over one connection keeps its order.
                Assert.Equal(
                    Enumerable.Range(1, 60),
                    subscriber.Inbox.Items.Where(e => e.Sender == publisher).Select(e => e.Body!.Value.GetProperty("n").GetInt32()));
            }

            Assert.DoesNotContain(subscriber.Notices.Items, n => n.Kind is NoticeKinds.Receipt or NoticeKinds.Reset);
        }

        await subscribers[2].DisposeAsync();
        await subscribers[3].DisposeAsync();
    }

    [Fact]
    public async Task DurableSubscription_OfADeviceThatWasAway_GetsEverythingOnceOnReturn()
    {
        var (topic, user) = (NewName("orders"), NewName("u"));
        await using var publisher = await ConnectedAsync();
        await PublishAsync(publisher, topic, 3);
        await using var subscriber = await ConnectedAsync(user, "phone");
        Assert.Equal(3, (await SubscribeAsync(subscriber, topic, durable: true)).Position);
        await PublishAsync(publisher, topic, 2);
        await AssertSeqsAsync(subscriber, topic, 4, 5);
        await subscriber.DisconnectAsync();

        await PublishAsync(publisher, topic, 200);
        await using (var again = await ConnectedAsync(user, "phone"))
        {
            // Without asking for anything. What was not acknowledged in time may come again.
            await again.Inbox.WaitForAsync(e => e.Conversation == $"topic:{topic}" && e.Seq == 205, Patience);
            AssertRun(again, topic, upTo: 205, notAfter: 6);
            Assert.Equal(205, (await SubscribeAsync(again, topic, durable: true)).Head);
            await again.DisconnectAsync();
        }

        await using var third = await ConnectedAsync(user, "phone");
        await PublishAsync(publisher, topic, 1);
        await third.Inbox.WaitForAsync(e => e.Seq == 206, Patience);
        AssertRun(third, topic, upTo: 206, notAfter: 206);

        // Another device of the same user subscribed to nothing.
        await using var laptop = await ConnectedAsync(user, "laptop");
        Assert.Equal(206, (await SubscribeAsync(laptop, topic)).Position);
        await PublishAsync(publisher, topic, 1);
        await AssertSeqsAsync(laptop, topic, 207, 207);
    }

    [Fact]
    public async Task LiveSubscription_EndsWithItsConnection()
    {
        var (topic, user) = (NewName("live"), NewName("u"));
        await using var publisher = await ConnectedAsync();
        await using (var subscriber = await ConnectedAsync(user, "phone"))
        {
            await SubscribeAsync(subscriber, topic);
            await PublishAsync(publisher, topic, 2);
            await AssertSeqsAsync(subscriber, topic, 1, 2);
        }

        await PublishAsync(publisher, topic, 3);
        await using var again = await ConnectedAsync(user, "phone");
        await PublishAsync(publisher, topic, 2);
        Assert.Equal(7, (await SubscribeAsync(again, topic)).Position);
        await PublishAsync(publisher, topic, 1);
        await AssertSeqsAsync(again, topic, 8, 8);
    }

    [Fact]
    public async Task Subscribe_From_BeginsWhereItSays()
    {
        var topic = NewName("from");
        await using var publisher = await ConnectedAsync();
        await PublishAsync(publisher, topic, 5);

        foreach (var (from, first) in new (object? From, long First)[] { (null, 6), ("head", 6), ("last", 5), ("start", 1), (0, 1), (3, 4), (5, 6), (long.MaxValue, 6) })
        {
            await using var subscriber = await ConnectedAsync();
            var answer = await SubscribeAsync(subscriber, topic, from);
            Assert.Equal((5, first - 1), (answer.Head, answer.Position));
            if (first <= 5)
            {
                await AssertSeqsAsync(subscriber, topic, first, 5);
            }
        }

        await using var late = await ConnectedAsync();
        foreach (object? from in new object?[] { "middle", "", -1, 1.5, true, new[] { 1 } })
        {
            Assert.Equal(ErrorCodes.Invalid, (await late.CallAsync<SubscribeResult>("Subscribe", new { topic, from })).Error?.Code);
        }
    }

    [Fact]
    public async Task RetainedTopic_GivesANewSubscriberTheLastEvent()
    {
        var topic = NewName("last.");
        await using var publisher = await ConnectedAsync();
        await using var early = await ConnectedAsync();
        Assert.Equal(0, (await SubscribeAsync(early, topic)).Position);
        await PublishAsync(publisher, topic, 4);
        await using var subscriber = await ConnectedAsync();
        await using var fromHead = await ConnectedAsync();

        Assert.Equal((4, 3), (await SubscribeAsync(subscriber, topic)) is var answer ? (answer.Head, answer.Position) : default);
        Assert.Equal(4, (await SubscribeAsync(fromHead, topic, "head")).Position);
        await AssertSeqsAsync(subscriber, topic, 4, 4);
        await PublishAsync(publisher, topic, 1);
        await AssertSeqsAsync(subscriber, topic, 4, 5);
        await AssertSeqsAsync(fromHead, topic, 5, 5);
        await AssertSeqsAsync(early, topic, 1, 5);
    }

    [Fact]
    public async Task Subscribe_Again_GoesOn_OrMovesAndSaysSo()
    {
        var topic = NewName("again");
        await using var client = await ConnectedAsync(NewName("u"), "phone");
        await SubscribeAsync(client, topic);
        await PublishAsync(client, topic, 3);
        await AssertSeqsAsync(client, topic, 1, 3);

        // The same again, now durable: nothing comes twice and nothing is missing.
        await SubscribeAsync(client, topic, durable: true);
        await PublishAsync(client, topic, 1);
        await AssertSeqsAsync(client, topic, 1, 4);
        Assert.DoesNotContain(client.Notices.Items, n => n.Kind == NoticeKinds.Reset);

        client.Arrived.Clear();
        Assert.Equal(1, (await SubscribeAsync(client, topic, 1)).Position);
        var reset = await client.WaitForNoticeAsync(NoticeKinds.Reset, Patience);
        Assert.Equal(($"topic:{topic}", 1L, "subscribed"), (reset.Conversation, reset.Head, reset.Reason));
        await client.Arrived.WaitForAsync(e => e.Seq == 4, Patience);
        Assert.Equal([2L, 3L, 4L], client.Arrived.Items.Select(e => e.Seq!.Value));
    }

    [Fact]
    public async Task Unsubscribe_EndsIt_OnThisConnectionAndForTheDevice()
    {
        var (topic, other, user) = (NewName("ends"), NewName("other"), NewName("u"));
        await using var publisher = await ConnectedAsync();
        await using (var client = await ConnectedAsync(user, "phone"))
        {
            client.AutoAck = false;
            await SubscribeAsync(client, topic, durable: true);
            await SubscribeAsync(client, other, durable: true);
            await PublishAsync(publisher, topic, 2);
            await client.Inbox.WaitForAsync(e => e.Seq == 2, Patience);

            Assert.True((await client.CallAsync<Result>("Unsubscribe", new { topic })).Ok);
            Assert.True((await client.CallAsync<Result>("Unsubscribe", new { topic })).Ok);
            await PublishAsync(publisher, topic, 2);
            await PublishAsync(publisher, other, 1);
            await client.Inbox.WaitForAsync(e => e.Conversation == $"topic:{other}", Patience);

            // Again, from where it is now: the jump is announced.
            Assert.Equal(4, (await SubscribeAsync(client, topic)).Position);
            Assert.Equal(4, (await client.WaitForNoticeAsync(NoticeKinds.Reset, Patience)).Head);
            await PublishAsync(publisher, topic, 1);
            await client.Inbox.WaitForAsync(e => e.Conversation == $"topic:{topic}" && e.Seq == 5, Patience);
            Assert.Equal([1L, 2L, 5L], Seqs(client, topic));
        }

        await using var again = await ConnectedAsync(user, "phone");
        await PublishAsync(publisher, topic, 1);
        await PublishAsync(publisher, other, 1);
        await AssertSeqsAsync(again, other, 1, 2);
        Assert.Empty(Seqs(again, topic));
    }

    [Fact]
    public async Task ForgedAcknowledgements_TakeNothingAway()
    {
        var (topic, user) = (NewName("forged"), NewName("u"));
        await using var publisher = await ConnectedAsync();
        await using (var client = await ConnectedAsync(user, "phone"))
        {
            client.AutoAck = false;
            await SubscribeAsync(client, topic, durable: true);
            await PublishAsync(publisher, topic, 2);
            await client.Inbox.WaitForAsync(e => e.Seq == 2, Patience);
            await client.AckAsync(
                new($"topic:{topic}", -1), new($"topic:{topic}", long.MinValue), new("topic:", 1), new("topic:elsewhere", 7), new(null, 1), new($"topic:{topic}", 1));
            await client.DisconnectAsync();
        }

        await PublishAsync(publisher, topic, 1);
        await using (var client = await ConnectedAsync(user, "phone"))
        {
            client.AutoAck = false;
            await AssertSeqsAsync(client, topic, 2, 3);

            // Far beyond what was sent counts as what was sent.
            await client.AckAsync(new AckPosition($"topic:{topic}", long.MaxValue));
            await client.DisconnectAsync();
        }

        await PublishAsync(publisher, topic, 1);
        await using var third = await ConnectedAsync(user, "phone");
        await AssertSeqsAsync(third, topic, 4, 4);
    }

    [Fact]
    public async Task Publish_SameIdAgain_IsOneEvent()
    {
        var topic = NewName("once");
        await using var client = await ConnectedAsync();
        var first = await client.PublishAsync(topic, 1, "p1");
        var again = await client.PublishAsync(topic, 1, "p1");
        var other = await client.PublishAsync(topic, 2, "p1");

        Assert.Equal((ReceiptStatus.Duplicate, first.Seq, first.At), (again.Status, again.Seq, again.At));
        Assert.Equal(ErrorCodes.IdConflict, other.Error?.Code);
        Assert.Equal(1, (await HistoryAsync(client, topic)).Head);
    }

    [Fact]
    public async Task History_OfATopic_IsForWhoMaySubscribe()
    {
        var topic = NewName("history");
        await using var client = await ConnectedAsync();
        await PublishAsync(client, topic, 5);
        var page = await HistoryAsync(client, topic, after: 2);
        Assert.Equal((true, 5L, 1L), (page.Ok, page.Head, page.First));
        Assert.Equal([3L, 4L, 5L], page.Events!.Select(e => e.Seq!.Value));
        Assert.Equal(ErrorCodes.NotFound, (await HistoryAsync(client, NewName("absent"))).Error?.Code);
    }

    [Fact]
    public async Task WithoutTheRight_EveryAnswerIsThatOfWhatIsAbsent()
    {
        var topic = NewName("closed.");
        await using var writer = await ConnectedAsync(claims: new() { ["roles"] = new[] { "writer" } });
        await using var vip = await ConnectedAsync("vip");
        await using var alice = await ConnectedAsync();
        await SubscribeAsync(vip, topic, durable: true);
        Assert.True((await writer.PublishAsync(topic, 1)).Ok);
        await AssertSeqsAsync(vip, topic, 1, 1);

        var absent = (await HistoryAsync(alice, NewName("absent"))).Error!;
        Assert.Equal(ErrorCodes.NotFound, absent.Code);
        Assert.Equal(absent, (await HistoryAsync(alice, topic)).Error);
        var refused = new[]
        {
            (await alice.CallAsync<SubscribeResult>("Subscribe", new { topic })).Error,
            (await alice.CallAsync<SubscribeResult>("Subscribe", new { topic = NewName("closed.") })).Error,
            (await writer.CallAsync<SubscribeResult>("Subscribe", new { topic })).Error,
            (await alice.PublishAsync(topic, 1)).Error,
            (await vip.PublishAsync(topic, 1)).Error,
        };
        Assert.All(refused, error => Assert.Equal(refused[0], error));
        Assert.Equal((ErrorCodes.NotFound, false), (refused[0]!.Code, refused[0]!.Retryable));
        Assert.Equal(1, (await HistoryAsync(vip, topic)).Head);
    }

    [Fact]
    public async Task DurableSubscription_WhoseRightEnded_IsNotFedAtTheNextConnect()
    {
        var (topic, user) = (NewName("rights"), NewName("u"));
        await using var publisher = await ConnectedAsync();
        await using (var client = await ConnectedAsync(user, "phone"))
        {
            await SubscribeAsync(client, topic, durable: true);
            await client.DisconnectAsync();
        }

        await PublishAsync(publisher, topic, 1);
        await using (var client = await ConnectedAsync(user, "phone", new() { ["topics_subscribe"] = "nothing" }))
        {
            Assert.Equal($"topic:{topic}", (await client.WaitForNoticeAsync(NoticeKinds.Revoked, Patience)).Conversation);
            Assert.Empty(client.Arrived.Items);
        }

        // The right is back, and with it everything.
        await using var again = await ConnectedAsync(user, "phone");
        await AssertSeqsAsync(again, topic, 1, 1);
    }

    [Fact]
    public async Task ConversationsNamedTopic_AreNobodysButPublishs()
    {
        var topic = NewName("own");
        var conversation = $"topic:{topic}";
        await using var client = await ConnectedAsync();
        await SubscribeAsync(client, topic);
        await PublishAsync(client, topic, 1);
        await AssertSeqsAsync(client, topic, 1, 1);
        var reference = client.Inbox.Items[0].Id;
        foreach (var (method, call) in new (string, object)[]
        {
            ("Send", new { id = "s", conversation, type = "text", body = 1 }),
            ("Edit", new { id = "e", conversation, @ref = reference, body = 2 }),
            ("Delete", new { id = "d", conversation, @ref = reference }),
            ("React", new { id = "r", conversation, @ref = reference, emoji = "+" }),
            ("AddMembers", new { conversation, users = new[] { "bob" } }),
            ("RemoveMember", new { conversation, user = client.User }),
            ("Leave", new { conversation }),
            ("MarkRead", new { conversation, seq = 1 }),
            ("Typing", new { conversation }),
        })
        {
            var answer = await client.CallAsync<Result>(method, call);
            Assert.True(answer.Error?.Code == ErrorCodes.NotFound, $"{method}: {answer.Error}");
        }

        Assert.Equal(1, (await HistoryAsync(client, topic)).Head);
        Assert.Empty((await client.CallAsync<ConversationsResult>("Conversations", new { })).Conversations!);

        // A topic may be called like a conversation; they stay apart.
        var group = await client.CreateGroupAsync("bob");
        Assert.Equal(1, (await client.PublishAsync(group.Id, 1)).Seq);
        Assert.Equal(1, (await client.SendAsync(group.Id, 1)).Seq);
    }

    [Fact]
    public async Task NamesOutsideTheGrammar_AreInvalid()
    {
        await using var client = await ConnectedAsync();
        foreach (var topic in new[] { null, "", "a b", "a*", "#", "a..b", "topic/", "x\0y", "a\u202Eb", new string('a', 129) })
        {
            Assert.Equal(ErrorCodes.Invalid, (await client.CallAsync<Receipt>("Publish", new { id = "1", topic, type = "t", body = 1 })).Error?.Code);
            Assert.Equal(ErrorCodes.Invalid, (await client.CallAsync<SubscribeResult>("Subscribe", new { topic })).Error?.Code);
            Assert.Equal(ErrorCodes.Invalid, (await client.CallAsync<Result>("Unsubscribe", new { topic })).Error?.Code);
        }

        Assert.Equal(ErrorCodes.Invalid, (await client.CallAsync<Receipt>("Publish", new { id = "1", topic = "a", type = "$edit", body = 1 })).Error?.Code);
        Assert.Equal(ErrorCodes.Invalid, (await client.CallAsync<Receipt>("Publish", new { id = "1", topic = "a", type = "t" })).Error?.Code);
    }

    [Fact]
    public async Task Subscriptions_AreLimited_PerConnectionAndPerDevice()
    {
        var (names, user) = (Enumerable.Range(1, 21).Select(_ => NewName("many")).ToList(), NewName("u"));
        await using (var client = await ConnectedAsync(user, "phone"))
        {
            foreach (var name in names.Take(20))
            {
                await SubscribeAsync(client, name, durable: true);
            }

            Assert.Equal(ErrorCodes.LimitReached, await CodeAsync(client, names[20]));
            Assert.Null(await CodeAsync(client, names[3]));
            await client.CallAsync<Result>("Unsubscribe", new { topic = names[0] });
            await Eventually.GetAsync(() => CodeAsync(client, names[20]), code => code is null, "there is room for another one", Patience);
        }

        static async Task<string?> CodeAsync(TestClient client, string topic) =>
            (await client.CallAsync<SubscribeResult>("Subscribe", new { topic, durable = true })).Error?.Code;
    }

    [Fact]
    public async Task ExpiredEvent_ComesWithoutItsBody()
    {
        var topic = NewName("expires");
        await using var client = await ConnectedAsync();
        var receipt = await client.CallAsync<Receipt>("Publish", new { id = "x", topic, type = "t", body = "soon gone", expiresIn = 0.05 });
        Assert.True(receipt.Ok, receipt.Error?.ToString());
        await Eventually.GetAsync(() => HistoryAsync(client, topic), page => page.Events![0].Body is null, "the body has expired", Patience);
        await SubscribeAsync(client, topic, "last");
        var e = await client.WaitForAsync("x", Patience);
        Assert.Null(e.Body);
        Assert.NotNull(e.ExpiresAt);
    }

    private static string NewName(string prefix) => $"{prefix}{Guid.NewGuid():n}"[..(prefix.Length + 12)];

    private async Task<StockClient> ConnectedAsync(string? user = null, string? device = null, Dictionary<string, object?>? claims = null)
    {
        user ??= NewName("u");
        var client = new StockClient(Url, user, device, token: () => TestTokens.For(user, claims: claims));
        await client.ConnectAsync();
        return client;
    }

    private static async Task<SubscribeResult> SubscribeAsync(TestClient client, string topic, object? from = null, bool? durable = null)
    {
        var answer = await client.CallAsync<SubscribeResult>(
            "Subscribe", new SubscribeRequest(topic, from is null ? null : JsonSerializer.SerializeToElement(from), durable));
        Assert.True(answer.Ok, answer.Error?.ToString());
        return answer;
    }

    private static async Task PublishAsync(TestClient client, string topic, int count)
    {
        var receipts = await Task.WhenAll(Enumerable.Range(0, count).Select(n => client.PublishAsync(topic, new { n })));
        Assert.All(receipts, r => Assert.True(r.Ok, r.Error?.ToString()));
    }

    private static Task<HistoryResult> HistoryAsync(TestClient client, string topic, long? after = null) =>
        client.CallAsync<HistoryResult>("History", new HistoryRequest($"topic:{topic}", After: after));

    private static List<long> Seqs(TestClient client, string topic) =>
        [.. client.Arrived.Items.Where(e => e.Conversation == $"topic:{topic}").Select(e => e.Seq!.Value)];

    private static async Task AssertSeqsAsync(TestClient client, string topic, long first, long last)
    {
        await client.Inbox.WaitForAsync(e => e.Conversation == $"topic:{topic}" && e.Seq == last, Patience);
        Assert.Equal(Enumerable.Range(0, (int)(last - first + 1)).Select(i => first + i), Seqs(client, topic));
    }

    /// <summary>One run without a hole up to the end; it may begin earlier, for an acknowledgement may have been too late.</summary>
    private static void AssertRun(TestClient client, string topic, long upTo, long notAfter)
    {
        var seqs = Seqs(client, topic);
        Assert.True(seqs[0] <= notAfter, $"It begins at {seqs[0]}.");
        Assert.Equal(Enumerable.Range(0, seqs.Count).Select(i => seqs[0] + i), seqs);
        Assert.Equal(upTo, seqs[^1]);
    }
}

public sealed class TopicCallsOnSqliteTests(TopicServerOnSqlite server) : TopicCallsContract(server), IClassFixture<TopicServerOnSqlite>;

public sealed class TopicCallsOnPostgresTests(TopicServerOnPostgres server) : TopicCallsContract(server), IClassFixture<TopicServerOnPostgres>;
