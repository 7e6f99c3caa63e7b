using System.Text.Json;
using Chat.Contracts;
using Chat.Tests.Hubs.Wire;

namespace Chat.Tests.Hubs;

/// <summary>The calls of the wire contract, one by one, over a real connection.</summary>
public sealed class ChatHubTests : IAsyncLifetime
{
    private InProcessServer _server = null!;

    public async Task InitializeAsync() => _server = await InProcessServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Connect_FirstNotice_SaysWhoAndWhichDevice()
    {
        var alice = await _server.ConnectAsync("alice", "phone");
        var welcome = await alice.NoticeAsync(NoticeKinds.Welcome);
        Assert.Equal(("alice", "phone"), (welcome.User, welcome.Device));
        Assert.NotNull(welcome.Connection);
        Assert.True(welcome.Window > 0);

        var bob = await _server.ConnectAsync("bob");
        Assert.Equal("default", (await bob.NoticeAsync(NoticeKinds.Welcome)).Device);
    }

    [Fact]
    public async Task Send_ToADirectConversation_IsStoredAndReachesEveryConnectionOfBoth()
    {
        var alice = await _server.ConnectAsync("alice", "phone");
        var aliceToo = await _server.ConnectAsync("alice", "laptop");
        var bob = await _server.ConnectAsync("bob");
        var conversation = await alice.CreateAsync("direct", "bob");

        var receipt = await alice.SendAsync(conversation, "m1", "Hello, Bob!");

        Assert.True(receipt.Ok);
        Assert.Equal(("m1", conversation, 1L, 1L, "stored"), (receipt.Id, receipt.Conversation, receipt.Seq, receipt.Epoch, receipt.Status));
        foreach (var client in new[] { alice, aliceToo, bob })
        {
            var raw = await client.RawEventAsync();
            var e = raw.Deserialize<ChatEvent>(ChatJson.Options)!;
            Assert.Equal((conversation, 1L, 1L, "m1", "text", "alice"), (e.Conversation, e.Epoch, e.Seq, e.Id, e.Type, e.Sender));
            Assert.Equal("Hello, Bob!", e.Body!.Value.GetProperty("text").GetString());
            Assert.Equal(receipt.At, e.At);
            Assert.EndsWith("Z", raw.GetProperty("at").GetString());
            Assert.False(raw.TryGetProperty("attempt", out _));
            Assert.False(raw.TryGetProperty("ref", out _));
        }
    }

    [Fact]
    public async Task Send_SameIdAgain_GetsTheFirstReceiptAndIsStoredOnce()
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        var first = await alice.SendAsync(conversation, "m1", "once");
        var again = await alice.SendAsync(conversation, "m1", "once");

        Assert.Equal(ReceiptStatus.Duplicate, again.Status);
        Assert.Equal((first.Seq, first.Epoch, first.At), (again.Seq, again.Epoch, again.At));
        Assert.Equal(1, (await HistoryAsync(alice, new { conversation })).Head);
    }

    [Fact]
    public async Task Send_SameIdWithAnotherBody_IsRefused()
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        await alice.SendAsync(conversation, "m1", "this");
        var other = await alice.SendAsync(conversation, "m1", "that");
        Assert.Equal(ErrorCodes.IdConflict, other.Error?.Code);
        Assert.False(other.Error!.Retryable);
        Assert.Equal("m1", other.Id);
    }

    [Fact]
    public async Task Send_ManyWithoutWaiting_EnterTheLogInTheOrderOfTheCalls()
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        var answers = new List<Task<JsonElement>>();
        for (var i = 1; i <= 200; i++)
        {
            answers.Add(await alice.StartAsync("Send", new { id = $"m{i}", conversation, type = "text", body = i }));
        }

        var receipts = await Task.WhenAll(answers);
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), receipts.Select(r => r.GetProperty("seq").GetInt64()));
        Assert.Equal(Enumerable.Range(1, 200).Select(i => $"m{i}"), receipts.Select(r => r.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Send_NotAMember_AnswersTheSameForAbsentMalformedAndForeign()
    {
        var alice = await _server.ConnectAsync("alice");
        var mallory = await _server.ConnectAsync("mallory");
        var conversation = await alice.CreateAsync("direct", "bob");
        var answers = new[]
        {
            await mallory.SendAsync(conversation, "m1", "let me in"),
            await mallory.SendAsync("c_" + new string('a', 26), "m2", "anybody?"),
            await mallory.SendAsync("no\nconversation", "m3", "?"),
            await mallory.SendAsync("", "m4", "?"),
        };
        Assert.All(answers, a => Assert.Equal(ErrorCodes.NotFound, a.Error?.Code));
        Assert.Single(answers.Select(a => a.Error!.Message).Distinct());
        Assert.Equal(0, (await HistoryAsync(alice, new { conversation })).Head);
    }

    [Fact]
    public async Task Send_AnyJsonBody_ComesBackAsItWasSent()
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        string[] bodies = ["null", "true", "\"\"", "[]", "{\"ünï\":\"\\u00e9 😀\",\"n\":1.50,\"big\":12345678901234567890}", "{\"a\":1,\"a\":2}"];
        foreach (var body in bodies)
        {
            var id = Guid.NewGuid().ToString();
            await alice.WriteAsync($$"""{"type":1,"target":"Send","arguments":[{"id":"{{id}}","conversation":"{{conversation}}","type":"t","body":{{body}}}]}""");
            var e = await alice.RawEventAsync();
            Assert.Equal(id, e.GetProperty("id").GetString());
            Assert.Equal(body, e.GetProperty("body").GetRawText());
        }

        var history = await alice.CallAsync("History", new { conversation });
        Assert.Equal(bodies, history.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("body").GetRawText()));
    }

    [Fact]
    public async Task Send_WithReplyToAndExpiry_CarriesThem()
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        await alice.CallAsync("Send", new { id = "m1", conversation, type = "text", body = 1, replyTo = "m0", expiresIn = 3600 });
        var e = await alice.EventAsync();
        Assert.Equal("m0", e.Ref);
        Assert.Equal(TimeSpan.FromHours(1), e.ExpiresAt - e.At);
    }

    [Fact]
    public async Task SendBatch_SomeItemsBad_HasAReceiptForEachInOrder()
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        var answer = (await alice.CallAsync("SendBatch", new
        {
            items = new object[]
            {
                new { id = "m1", conversation, type = "text", body = 1 },
                new { id = "m2", conversation, type = "$edit", body = 1 },
                new { id = "m3", conversation = "nowhere", type = "text", body = 1 },
                new { id = "m4", conversation, type = "text", body = 1 },
            },
        })).Deserialize<BatchResult>(ChatJson.Options)!;

        Assert.True(answer.Ok);
        Assert.Equal(["m1", "m2", "m3", "m4"], answer.Receipts!.Select(r => r.Id));
        Assert.Equal([null, ErrorCodes.Invalid, ErrorCodes.NotFound, null], answer.Receipts!.Select(r => r.Error?.Code));
        Assert.Equal([1L, null, null, 2L], answer.Receipts!.Select(r => r.Seq));
    }

    [Fact]
    public async Task EditDeleteReact_OwnMessage_AreEventsThatNameIt()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var conversation = await alice.CreateAsync("direct", "bob");
        await alice.SendAsync(conversation, "m1", "helo");
        var edit = await alice.CallAsync("Edit", new { id = "e1", conversation, @ref = "m1", body = new { text = "hello" } });
        var react = await bob.CallAsync("React", new { id = "r1", conversation, @ref = "m1", emoji = "👍" });
        var takeBack = await bob.CallAsync("React", new { id = "r2", conversation, @ref = "m1", emoji = "" });
        var delete = await alice.CallAsync("Delete", new { id = "d1", conversation, @ref = "m1" });

        Assert.Equal([2L, 3L, 4L, 5L], new[] { edit, react, takeBack, delete }.Select(r => r.GetProperty("seq").GetInt64()));
        var events = new List<ChatEvent>();
        for (var i = 0; i < 5; i++)
        {
            events.Add(await bob.EventAsync());
        }

        Assert.Equal(["text", EventTypes.Edit, EventTypes.Reaction, EventTypes.Reaction, EventTypes.Delete], events.Select(e => e.Type));
        Assert.All(events.Skip(1), e => Assert.Equal("m1", e.Ref));
        Assert.Equal("hello", events[1].Body!.Value.GetProperty("text").GetString());
        Assert.Equal("👍", events[2].Body!.Value.GetProperty("emoji").GetString());
        Assert.Equal("", events[3].Body!.Value.GetProperty("emoji").GetString());
        Assert.Null(events[4].Body);

        // The deleted message keeps its place and loses its body, its edits' bodies too.
        var history = await HistoryAsync(alice, new { conversation });
        Assert.Equal([1, 2, 3, 4, 5], history.Events!.Select(e => e.Seq!.Value));
        Assert.Null(history.Events![0].Body);
        Assert.Null(history.Events![1].Body);
    }

    [Fact]
    public async Task EditDelete_AnothersMessage_IsForbiddenButTheOwnerOfAGroupMayDelete()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var conversation = await alice.CreateAsync("group", "bob");
        await bob.SendAsync(conversation, "m1", "bob's");
        await alice.SendAsync(conversation, "m2", "alice's");

        Assert.Equal(ErrorCodes.Forbidden, CodeOf(await alice.CallAsync("Edit", new { id = "e1", conversation, @ref = "m1", body = 1 })));
        Assert.Equal(ErrorCodes.Forbidden, CodeOf(await bob.CallAsync("Delete", new { id = "d1", conversation, @ref = "m2" })));
        Assert.Equal(ErrorCodes.NotFound, CodeOf(await bob.CallAsync("Edit", new { id = "e2", conversation, @ref = "nothing", body = 1 })));
        Assert.Null(CodeOf(await alice.CallAsync("Delete", new { id = "d2", conversation, @ref = "m1" })));
        Assert.Equal(ErrorCodes.NotFound, CodeOf(await bob.CallAsync("React", new { id = "r1", conversation, @ref = "m1", emoji = "👍" })));
    }

    [Fact]
    public async Task History_EveryPlace_IsAscendingAndTellsWhereTheLogBeginsAndEnds()
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("direct", "bob");
        for (var i = 1; i <= 60; i++)
        {
            await alice.SendAsync(conversation, $"m{i}", $"{i}");
        }

        Assert.Equal(Range(11, 60), await SeqsAsync(new { conversation }));
        Assert.Equal(Range(58, 60), await SeqsAsync(new { conversation, limit = 3 }));
        Assert.Equal(Range(8, 10), await SeqsAsync(new { conversation, before = 11, limit = 3 }));
        Assert.Equal(Range(1, 2), await SeqsAsync(new { conversation, before = 3 }));
        Assert.Equal(Range(4, 6), await SeqsAsync(new { conversation, after = 3, limit = 3 }));
        Assert.Equal(Range(1, 50), await SeqsAsync(new { conversation, after = 0 }));
        Assert.Empty(await SeqsAsync(new { conversation, after = 60 }));
        Assert.Equal(Range(28, 32), await SeqsAsync(new { conversation, around = 30, limit = 5 }));
        Assert.Equal(Range(1, 5), await SeqsAsync(new { conversation, around = 1, limit = 5 }));
        Assert.Equal(Range(56, 60), await SeqsAsync(new { conversation, around = 60, limit = 5 }));
        Assert.Equal(Range(1, 60), await SeqsAsync(new { conversation, limit = 100_000 }));
        var page = await HistoryAsync(alice, new { conversation, limit = 1 });
        Assert.Equal((60L, 1L), (page.Head, page.First));

        async Task<IEnumerable<long>> SeqsAsync(object history) => (await HistoryAsync(alice, history)).Events!.Select(e => e.Seq!.Value);

        static IEnumerable<long> Range(int from, int to) => Enumerable.Range(from, to - from + 1).Select(i => (long)i);
    }

    [Fact]
    public async Task AddMembers_NewMember_SeesTheLogFromTheEventOn()
    {
        var alice = await _server.ConnectAsync("alice");
        var carol = await _server.ConnectAsync("carol");
        var conversation = await alice.CreateAsync("group", "bob");
        await alice.SendAsync(conversation, "m1", "before carol");
        Assert.Null(CodeOf(await alice.CallAsync("AddMembers", new { conversation, users = new[] { "carol" } })));
        await alice.SendAsync(conversation, "m3", "hello carol");

        var added = await carol.EventAsync();
        Assert.Equal((2L, EventTypes.Member, "alice"), (added.Seq, added.Type, added.Sender));
        var change = added.Body!.Value.Deserialize<MembershipChange>(ChatJson.Options)!;
        Assert.Equal(MembershipChange.Added, change.Action);
        Assert.Equal(["carol"], change.Users);
        Assert.Equal("m3", (await carol.EventAsync()).Id);

        var history = await HistoryAsync(carol, new { conversation, after = 0 });
        Assert.Equal([2L, 3L], history.Events!.Select(e => e.Seq!.Value));
        Assert.Equal(2, history.First);
    }

    [Fact]
    public async Task AddMembers_NewMemberWhoNeverConnected_IsOwedTheEventToo()
    {
        var alice = await _server.ConnectAsync("alice");
        var conversation = await alice.CreateAsync("group", "bob");
        Assert.Null(CodeOf(await alice.CallAsync("AddMembers", new { conversation, users = new[] { "carol" } })));

        var carol = await _server.ConnectAsync("carol");
        var added = await carol.EventAsync();
        Assert.Equal((1L, EventTypes.Member), (added.Seq, added.Type));
    }

    [Fact]
    public async Task RemoveMember_RemovedUser_GetsTheEventAndNothingAfter()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var conversation = await alice.CreateAsync("group", "bob", "carol");
        await alice.SendAsync(conversation, "m1", "all");
        Assert.Null(CodeOf(await alice.CallAsync("RemoveMember", new { conversation, user = "bob" })));
        await alice.SendAsync(conversation, "m3", "without bob");

        Assert.Equal("m1", (await bob.EventAsync()).Id);
        var removed = await bob.EventAsync();
        Assert.Equal(MembershipChange.Removed, removed.Body!.Value.GetProperty("action").GetString());
        Assert.Equal(ErrorCodes.NotFound, (await bob.SendAsync(conversation, "x", "?")).Error?.Code);
        Assert.Equal(ErrorCodes.NotFound, CodeOf(await bob.CallAsync("History", new { conversation })));
        Assert.Equal(ErrorCodes.NotFound, CodeOf(await bob.CallAsync("MarkRead", new { conversation, seq = 1 })));
        Assert.Empty((await bob.CallAsync("Conversations", new { })).GetProperty("conversations").EnumerateArray());

        // Whatever else was on its way to bob would be here before this.
        var direct = await alice.CreateAsync("direct", "bob");
        await alice.SendAsync(direct, "m4", "sorry");
        Assert.Equal(direct, (await bob.EventAsync()).Conversation);
    }

    [Fact]
    public async Task Membership_RulesOfGroups_Hold()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var group = await alice.CreateAsync("group", "bob");
        var direct = await alice.CreateAsync("direct", "bob");

        Assert.Equal(ErrorCodes.Forbidden, CodeOf(await bob.CallAsync("AddMembers", new { conversation = group, users = new[] { "carol" } })));
        Assert.Equal(ErrorCodes.Forbidden, CodeOf(await bob.CallAsync("RemoveMember", new { conversation = group, user = "alice" })));
        Assert.Equal(ErrorCodes.NotFound, CodeOf(await alice.CallAsync("RemoveMember", new { conversation = group, user = "carol" })));
        Assert.Null(CodeOf(await alice.CallAsync("AddMembers", new { conversation = group, users = new[] { "bob" } })));
        Assert.Equal(ErrorCodes.Forbidden, CodeOf(await alice.CallAsync("AddMembers", new { conversation = direct, users = new[] { "carol" } })));
        Assert.Equal(ErrorCodes.Forbidden, CodeOf(await alice.CallAsync("RemoveMember", new { conversation = direct, user = "bob" })));
        Assert.Equal(ErrorCodes.Forbidden, CodeOf(await alice.CallAsync("Leave", new { conversation = direct })));
        Assert.Null(CodeOf(await bob.CallAsync("Leave", new { conversation = group })));
        Assert.Equal(ErrorCodes.NotFound, CodeOf(await bob.CallAsync("Leave", new { conversation = group })));
        Assert.Equal(ErrorCodes.Invalid, CodeOf(await alice.CallAsync("AddMembers", new { conversation = group, users = Array.Empty<string>() })));
        Assert.Equal(ErrorCodes.Invalid, CodeOf(await alice.CallAsync("AddMembers", new { conversation = group, users = new[] { "car\nol" } })));
    }

    [Fact]
    public async Task Typing_Member_IsToldToTheOthersAlone()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var mallory = await _server.ConnectAsync("mallory");
        var conversation = await alice.CreateAsync("direct", "bob");
        await alice.SendAsync(conversation, "m1", "…");
        await bob.EventAsync();

        Assert.Null(CodeOf(await alice.CallAsync("Typing", new { conversation })));
        var typing = await bob.NoticeAsync(NoticeKinds.Typing);
        Assert.Equal((conversation, "alice"), (typing.Conversation, typing.User));
        Assert.Equal(ErrorCodes.NotFound, CodeOf(await mallory.CallAsync("Typing", new { conversation })));
        Assert.Equal(ErrorCodes.NotFound, CodeOf(await mallory.CallAsync("Typing", null)));
    }

    [Fact]
    public async Task MarkRead_Forward_MovesUnreadAndTellsTheOthers()
    {
        var alice = await _server.ConnectAsync("alice");
        var bob = await _server.ConnectAsync("bob");
        var conversation = await alice.CreateAsync("direct", "bob");
        for (var i = 1; i <= 3; i++)
        {
            await alice.SendAsync(conversation, $"m{i}", $"{i}");
        }

        await bob.SendAsync(conversation, "m4", "own messages are not unread");
        await alice.CallAsync("React", new { id = "r", conversation, @ref = "m4", emoji = "👍" });
        Assert.Equal((0L, 3L), await MarkAsync());

        Assert.Null(CodeOf(await bob.CallAsync("MarkRead", new { conversation, seq = 2 })));
        Assert.Equal((2L, 1L), await MarkAsync());
        Assert.Null(CodeOf(await bob.CallAsync("MarkRead", new { conversation, seq = 1 })));
        Assert.Equal((2L, 1L), await MarkAsync());
        Assert.Null(CodeOf(await bob.CallAsync("MarkRead", new { conversation, seq = 1_000_000 })));
        Assert.Equal((5L, 0L), await MarkAsync());
        Assert.Equal(ErrorCodes.Invalid, CodeOf(await bob.CallAsync("MarkRead", new { conversation, seq = -1 })));

        Notice receipt;
        do
        {
            receipt = await alice.NoticeAsync(NoticeKinds.Receipt);
        }
        while (receipt.ReadSeq != 5);
        Assert.Equal((conversation, "bob"), (receipt.Conversation, receipt.User));

        async Task<(long Read, long Unread)> MarkAsync()
        {
            var mine = (await bob.CallAsync("Conversations", new { })).GetProperty("conversations")[0].Deserialize<Conversation>(ChatJson.Options)!;
            return (mine.ReadSeq, mine.Unread);
        }
    }

    [Fact]
    public async Task Presence_OthersThanThoseOneSharesAConversationWith_AreOffline()
    {
        var alice = await _server.ConnectAsync("alice");
        await _server.ConnectAsync("Bob");
        await _server.ConnectAsync("mallory");
        await alice.CreateAsync("direct", "Bob");
        await alice.CreateAsync("group", "carol");

        var answer = (await alice.CallAsync("Presence", new { users = new[] { "alice", "Bob", "carol", "mallory", "nobody" } }))
            .Deserialize<PresenceResult>(ChatJson.Options)!;
        Assert.True(answer.Ok);
        Assert.Equal(
            [("Bob", "online"), ("alice", "online"), ("carol", "offline"), ("mallory", "offline"), ("nobody", "offline")],
            answer.Presence!.Select(p => (p.Key, p.Value)).OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.Equal(ErrorCodes.Invalid, CodeOf(await alice.CallAsync("Presence", new { users = Enumerable.Repeat("bob", 101) })));
        Assert.Equal(ErrorCodes.Invalid, CodeOf(await alice.CallAsync("Presence", new { users = Array.Empty<string>() })));
    }

    [Fact]
    public async Task Ping_AnswersTheServersTime()
    {
        var alice = await _server.ConnectAsync("alice");
        var pong = (await alice.CallAsync("Ping", new { })).Deserialize<PingResult>(ChatJson.Options)!;
        Assert.True(pong.Ok);
        Assert.InRange(pong.At, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
    }

    [Fact]
    public async Task AnyCall_WithoutItsObject_IsInvalidAndNeverAnException()
    {
        var alice = await _server.ConnectAsync("alice");
        string[] methods = ["Send", "SendBatch", "Edit", "Delete", "React", "History", "CreateConversation", "AddMembers", "RemoveMember", "Leave", "MarkRead", "Presence"];
        foreach (var method in methods)
        {
            Assert.Equal(ErrorCodes.Invalid, CodeOf(await alice.CallAsync(method, null)));
        }

        Assert.True((await alice.CallAsync("Conversations", null)).GetProperty("ok").GetBoolean());
        Assert.True((await alice.CallAsync("Ping", null)).GetProperty("ok").GetBoolean());
        await alice.WriteAsync("""{"type":1,"target":"Ack","arguments":[null]}""");
        Assert.True((await alice.CallAsync("Ping", new { })).GetProperty("ok").GetBoolean());
    }

    internal static string? CodeOf(JsonElement answer)
    {
        Assert.True(answer.TryGetProperty("ok", out var ok), answer.ToString());
        Assert.Equal(!ok.GetBoolean(), answer.TryGetProperty("error", out var error));
        return ok.GetBoolean() ? null : error.GetProperty("code").GetString();
    }

    private static async Task<HistoryResult> HistoryAsync(WireClient client, object history) =>
        (await client.CallAsync("History", history)).Deserialize<HistoryResult>(ChatJson.Options)!;
}
