using Chat.Contracts;
using Chat.Tests.Faults;
using Chat.Tests.Support;
using Chat.Tests.Support.Clients;
using Chat.Tests.Support.Proxy;
using Xunit;

namespace Chat.Tests.Delivery;

/// <summary>One server with short clocks for the tests of this file.</summary>
public sealed class DeliveryServer : IAsyncLifetime
{
    internal ServerProcess Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await ServerProcess.StartNewAsync(new ServerSettings
    {
        Workers = 0,
        Options = new Dictionary<string, string?>
        {
            ["Delivery:ResendAfter"] = "00:00:01.5",
            ["Delivery:CloseAfter"] = "00:00:04",
            ["Delivery:Window"] = "64",
            ["Delivery:PageSize"] = "32",
            ["Delivery:RecentEvents"] = "50",
            ["Limits:SendsPerSecond"] = "0",
        },
    });

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

/// <summary>What a stock client sees of delivery, on a real server.</summary>
public sealed class DeliveryTests(DeliveryServer fixture) : IClassFixture<DeliveryServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private int _users;

    private Uri Url => fixture.Server.Url;

    private string NewUser() => $"u{Guid.NewGuid():n}"[..12] + Interlocked.Increment(ref _users);

    private async Task<(StockClient Alice, string Bob, string Conversation)> PairAsync()
    {
        var alice = await StockClient.ConnectedAsync(Url, NewUser());
        var bob = NewUser();
        return (alice, bob, (await alice.CreateDirectAsync(bob)).Id);
    }

    private static async Task<List<string>> SendAsync(TestClient client, string conversation, int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var receipt = await client.SendAsync(conversation, new { n = i });
            Assert.True(receipt.Ok, receipt.Error?.ToString());
            ids.Add(receipt.Id!);
        }

        return ids;
    }

    private static async Task AssertSeqsAsync(TestClient client, string conversation, long first, long last)
    {
        await client.Inbox.WaitForAsync(e => e.Conversation == conversation && e.Seq == last, Patience);
        Assert.Equal(
            Enumerable.Range(0, (int)(last - first + 1)).Select(i => first + i),
            client.Inbox.Items.Where(e => e.Conversation == conversation).Select(e => e.Seq!.Value));
    }

    [Fact]
    public async Task Connect_AfterBeingAway_GetsAllInOrderOnce_AndNothingAgainOnceAcknowledged()
    {
        var (alice, bob, conversation) = await PairAsync();
        await using var _ = alice;
        var sent = await SendAsync(alice, conversation, 120);

        await using (var first = await StockClient.ConnectedAsync(Url, bob))
        {
            await AssertSeqsAsync(first, conversation, 1, 120);
            Assert.Equal(sent, first.Inbox.Items.Select(e => e.Id));
            Assert.All(first.Arrived.Items, e => Assert.Null(e.Attempt));
            // A call after the acknowledgement is answered after it was taken.
            await first.CallAsync<PingResult>("Ping", new PingRequest());
        }

        await using var second = await StockClient.ConnectedAsync(Url, bob);
        await SendAsync(alice, conversation, 1);
        await AssertSeqsAsync(second, conversation, 121, 121);
    }

    [Fact]
    public async Task Connect_WithoutHavingAcknowledged_StartsAtTheCursorUnmarked()
    {
        var (alice, bob, conversation) = await PairAsync();
        await using var _ = alice;
        await SendAsync(alice, conversation, 10);
        await using (var first = new StockClient(Url, bob, null, null) { AutoAck = false })
        {
            await first.ConnectAsync();
            await first.Arrived.WaitForAsync(e => e.Seq == 10, Patience);
            await first.AckAsync(new AckPosition(conversation, 4));
            await first.CallAsync<PingResult>("Ping", new PingRequest());
        }

        await using var second = await StockClient.ConnectedAsync(Url, bob);
        await AssertSeqsAsync(second, conversation, 5, 10);
        Assert.All(second.Arrived.Items, e => Assert.Null(e.Attempt));
    }

    [Fact]
    public async Task Unacknowledged_IsRepeatedOnceMarked_ThenTheConnectionIsClosedWithBye()
    {
        var (alice, bob, conversation) = await PairAsync();
        await using var _ = alice;
        await using var silent = new StockClient(Url, bob, null, null) { AutoAck = false };
        await silent.ConnectAsync();
        await SendAsync(alice, conversation, 3);

        var repeat = await silent.Arrived.WaitForAsync(e => e.Attempt == 2 && e.Seq == 3, Patience);
        Assert.Equal(conversation, repeat.Conversation);
        var bye = await silent.WaitForNoticeAsync(NoticeKinds.Bye, Patience);
        Assert.Equal((ErrorCodes.AckTimeout, true), (bye.Code, bye.Retry));
        await silent.Closed.WaitAsync(Patience);
        Assert.Equal([1L, 2, 3, 1, 2, 3], silent.Arrived.Items.Select(e => e.Seq!.Value));
        Assert.Equal([null, null, null, 2, 2, 2], silent.Arrived.Items.Select(e => e.Attempt));

        await using var back = await StockClient.ConnectedAsync(Url, bob);
        await AssertSeqsAsync(back, conversation, 1, 3);
    }

    [Fact]
    public async Task Devices_EachGetEverything_AlsoTheSendersOwn()
    {
        var (alice, bob, conversation) = await PairAsync();
        await using var _ = alice;
        await using var phone = await StockClient.ConnectedAsync(Url, bob, "phone");
        await SendAsync(alice, conversation, 5);
        await using var laptop = await StockClient.ConnectedAsync(Url, bob, "laptop");
        await SendAsync(alice, conversation, 5);

        await AssertSeqsAsync(phone, conversation, 1, 10);
        await AssertSeqsAsync(laptop, conversation, 1, 10);
        await AssertSeqsAsync(alice, conversation, 1, 10);
    }

    [Fact]
    public async Task Connections_OfOneDevice_AreEachFed_TheGreatestAcknowledgementCounts()
    {
        var (alice, bob, conversation) = await PairAsync();
        await using var _ = alice;
        await using (var one = new StockClient(Url, bob, "phone", null) { AutoAck = false })
        await using (var two = new StockClient(Url, bob, "phone", null) { AutoAck = false })
        {
            await one.ConnectAsync();
            await two.ConnectAsync();
            await SendAsync(alice, conversation, 4);
            await AssertSeqsAsync(one, conversation, 1, 4);
            await AssertSeqsAsync(two, conversation, 1, 4);

            // Not before both have them: a connection begins after what its device has acknowledged.
            await two.AckAsync(new AckPosition(conversation, 2));
            await one.AckAsync(new AckPosition(conversation, 4));
            await two.CallAsync<PingResult>("Ping", new PingRequest());
            await one.CallAsync<PingResult>("Ping", new PingRequest());
        }

        await using var back = await StockClient.ConnectedAsync(Url, bob, "phone");
        await SendAsync(alice, conversation, 1);
        await AssertSeqsAsync(back, conversation, 5, 5);
    }

    [Fact]
    public async Task Reader_ThatStops_DelaysNobodyAndIsServedFromTheLogWhenItReadsAgain()
    {
        await using var alice = await StockClient.ConnectedAsync(Url, NewUser());
        var (bob, carol) = (NewUser(), NewUser());
        var group = (await alice.CreateGroupAsync(bob, carol)).Id;
        await using var proxy = TcpProxy.Start(fixture.Server.Port, socketBufferBytes: 8 * 1024);
        await using var slow = await StockClient.ConnectedAsync(new Uri($"http://127.0.0.1:{proxy.Port}"), bob);
        await using var quick = await StockClient.ConnectedAsync(Url, carol);
        proxy.ToClient.Stop();

        var body = new { text = new string('x', 8_000) };
        for (var i = 0; i < 300; i++)
        {
            Assert.True((await alice.SendAsync(group, body)).Ok);
        }

        await AssertSeqsAsync(quick, group, 1, 300);
        proxy.ToClient.Go();
        if (slow.Closed.IsCompleted || await Task.WhenAny(slow.Inbox.WaitForAsync(e => e.Seq == 300, Patience), slow.Closed) == slow.Closed)
        {
            // It was away longer than the clock allows: it comes back and catches up.
            await slow.ConnectAsync();
        }

        await AssertSeqsAsync(slow, group, 1, 300);
    }

    [Fact]
    public async Task Client_ThatCanSendAndNotHear_IsClosedAndGetsEverythingWhenItComesBack()
    {
        await using var alice = await StockClient.ConnectedAsync(Url, NewUser());
        var (bob, carol) = (NewUser(), NewUser());
        var group = (await alice.CreateGroupAsync(bob, carol)).Id;
        await using var proxy = TcpProxy.Start(fixture.Server.Port);
        await using var deaf = await StockClient.ConnectedAsync(new Uri($"http://127.0.0.1:{proxy.Port}"), bob);
        await using var other = await StockClient.ConnectedAsync(Url, carol);
        await SendAsync(alice, group, 1);
        await AssertSeqsAsync(deaf, group, 1, 1);
        var closed = await fixture.Server.CountAsync("chat_connection_slow_disconnect_total");
        proxy.ToClient.BlackHole = true;

        // It is heard, and never learns of it.
        var unanswered = deaf.SendAsync(group, new { text = "can you hear me?" });
        await AssertSeqsAsync(other, group, 1, 2);
        await SendAsync(alice, group, 200);
        await AssertSeqsAsync(other, group, 1, 202);

        await Eventually.TrueAsync(async () => await fixture.Server.CountAsync("chat_connection_slow_disconnect_total") > closed, "it is closed for lack of acknowledgements");
        await deaf.Closed.WaitAsync(Patience);
        await Assert.ThrowsAnyAsync<Exception>(() => unanswered);
        proxy.Heal();
        await deaf.ConnectAsync();
        await AssertSeqsAsync(deaf, group, 1, 202);
    }

    [Fact]
    public async Task Members_GetWhatLiesWithinTheirMembership_AndAnAnnouncedJumpWhenAddedAgain()
    {
        await using var alice = await StockClient.ConnectedAsync(Url, NewUser());
        await using var bob = await StockClient.ConnectedAsync(Url, NewUser());
        var group = (await alice.CreateGroupAsync()).Id;
        await SendAsync(alice, group, 2);                                                              // 1, 2
        await OkAsync(alice, "AddMembers", new AddMembersRequest(group, [bob.User]));                  // 3
        await SendAsync(alice, group, 1);                                                              // 4
        await bob.Inbox.WaitForAsync(e => e.Seq == 4, Patience);
        await OkAsync(alice, "RemoveMember", new RemoveMemberRequest(group, bob.User));                // 5
        await SendAsync(alice, group, 2);                                                              // 6, 7
        await OkAsync(alice, "AddMembers", new AddMembersRequest(group, [bob.User]));                  // 8
        await SendAsync(alice, group, 1);                                                              // 9

        await bob.Inbox.WaitForAsync(e => e.Seq == 9, Patience);
        Assert.Equal([3L, 4, 5, 8, 9], bob.Inbox.Items.Select(e => e.Seq!.Value));
        var reset = await bob.WaitForNoticeAsync(NoticeKinds.Reset);
        Assert.Equal((group, 7L), (reset.Conversation, reset.Head));
        await AssertSeqsAsync(alice, group, 1, 9);
    }

    [Fact]
    public async Task Member_RemovedWhileAway_GetsWhatWasSentUpToTheRemovalAndNoMore()
    {
        await using var alice = await StockClient.ConnectedAsync(Url, NewUser());
        var bob = NewUser();
        var group = (await alice.CreateGroupAsync(bob)).Id;
        await SendAsync(alice, group, 3);
        await OkAsync(alice, "RemoveMember", new RemoveMemberRequest(group, bob));
        await SendAsync(alice, group, 3);

        await using var back = await StockClient.ConnectedAsync(Url, bob);
        await AssertSeqsAsync(back, group, 1, 4);
        Assert.Equal(group, (await back.Notices.WaitForAsync(n => n.Kind == NoticeKinds.Revoked, Patience)).Conversation);
        // Everything owed was sent before this answer, for a later conversation arrives behind it.
        var other = (await alice.CreateDirectAsync(bob)).Id;
        await SendAsync(alice, other, 1);
        await back.Inbox.WaitForAsync(e => e.Conversation == other, Patience);
        Assert.Equal(4, back.Arrived.Items.Count(e => e.Conversation == group));
    }

    [Fact]
    public async Task Receipts_TellTheOthersWhatWasDeliveredAndRead()
    {
        var (alice, bobName, conversation) = await PairAsync();
        await using var _ = alice;
        await using var bob = await StockClient.ConnectedAsync(Url, bobName);
        await SendAsync(alice, conversation, 2);

        var delivered = await alice.Notices.WaitForAsync(n => n.Kind == NoticeKinds.Receipt && n.DeliveredSeq == 2, Patience);
        Assert.Equal((conversation, bobName), (delivered.Conversation, delivered.User));
        await OkAsync(bob, "MarkRead", new MarkReadRequest(conversation, 2));
        Assert.Equal(2, (await alice.Notices.WaitForAsync(n => n.Kind == NoticeKinds.Receipt && n.ReadSeq == 2, Patience)).ReadSeq);
        Assert.DoesNotContain(bob.Notices.Items, n => n.Kind == NoticeKinds.Receipt && n.User == bobName);
    }

    [Fact]
    public async Task Ack_OfWhatIsNotOnesOwn_OrWasNeverSent_ChangesNothing()
    {
        var (alice, bobName, conversation) = await PairAsync();
        await using var _ = alice;
        await using (var bob = new StockClient(Url, bobName, null, null) { AutoAck = false })
        {
            await bob.ConnectAsync();
            await SendAsync(alice, conversation, 1);
            await bob.Arrived.WaitForAsync(e => e.Seq == 1, Patience);
            await using var mallory = await StockClient.ConnectedAsync(Url, NewUser());
            await mallory.AckAsync(new AckPosition(conversation, 1));
            await bob.AckAsync(new AckPosition(conversation, 1_000_000), new AckPosition("c_nowhere", 5), new AckPosition(null, 1), new AckPosition(conversation, -7));
            await bob.CallAsync<PingResult>("Ping", new PingRequest());
            await mallory.CallAsync<PingResult>("Ping", new PingRequest());
        }

        await SendAsync(alice, conversation, 2);
        await using var back = await StockClient.ConnectedAsync(Url, bobName);
        await AssertSeqsAsync(back, conversation, 2, 3);
    }

    [Fact]
    public async Task Welcome_IsTheFirstThingOnAConnection()
    {
        var (alice, bob, conversation) = await PairAsync();
        await using var _ = alice;
        await SendAsync(alice, conversation, 1);
        await using var client = await StockClient.ConnectedAsync(Url, bob, "phone");

        var welcome = (await client.Notices.WaitForAsync(n => true, Patience))!;
        Assert.Equal((NoticeKinds.Welcome, bob, "phone"), (welcome.Kind, welcome.User, welcome.Device));
    }

    private static async Task OkAsync(TestClient client, string method, object request) =>
        Assert.True((await client.CallAsync<Result>(method, request)).Ok);
}
