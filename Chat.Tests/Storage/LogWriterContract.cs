using Chat.Contracts;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>What the writer promises on every database.</summary>
public abstract class LogWriterContract : IAsyncLifetime
{
    private StorageHost _storage = null!;

    private protected StorageHost Storage => _storage;

    protected abstract string ConnectionString { get; }

    public async Task InitializeAsync() => _storage = await StorageHost.StartAsync(ConnectionString);

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    private static string NewId() => Guid.CreateVersion7().ToString();

    private async Task<string> GroupAsync(params string[] users)
    {
        var id = "c_" + Guid.NewGuid().ToString("n");
        await _storage.GroupAsync(id, users);
        return id;
    }

    private async Task<AppendStored> StoreAsync(Append append) => Assert.IsType<AppendStored>(await _storage.Writer.Submit(append));

    private async Task<AppendRefusal> RefusalAsync(Append append) => Assert.IsType<AppendRefused>(await _storage.Writer.Submit(append)).Reason;

    [Fact]
    public async Task Submit_BehindOneThatIsToBeTriedAgain_IsRefusedWithIt_SoThatNothingOvertakes()
    {
        var group = await GroupAsync("alice");
        var refused = Appends.Message(group, "alice", NewId());
        refused.Complete(new AppendRefused(AppendRefusal.Overloaded, TimeSpan.FromSeconds(1)));
        var next = Behind(refused, group);
        var last = Behind(next, group);

        Assert.Equal(AppendRefusal.Overloaded, await RefusalAsync(next));
        Assert.Equal(AppendRefusal.Overloaded, await RefusalAsync(last));
        Assert.Equal(1, (await StoreAsync(Appends.Message(group, "alice", NewId()))).Seq);
    }

    [Fact]
    public async Task Submit_BehindOneThatIsRefusedForGood_GoesOn()
    {
        var group = await GroupAsync("alice");
        var refused = Appends.Message("c_nowhere", "alice", NewId());
        var next = Behind(refused, group);
        Assert.Equal(AppendRefusal.NotFound, await RefusalAsync(refused));
        Assert.Equal(1, (await StoreAsync(next)).Seq);
    }

    [Fact]
    public async Task TakeOut_InABatchWhoseFirstHalfWasRefused_TakesTheChainAndLeavesTheRest()
    {
        var first = Appends.Message("c", "alice", NewId());
        var second = Behind(first, "c");
        var other = Appends.Message("c", "bob", NewId());
        var third = Behind(second, "c");
        first.Complete(new AppendRefused(AppendRefusal.StorageUnavailable, TimeSpan.FromSeconds(30)));

        var left = TakenAlong.TakeOut([second, other, third], _storage.Services.GetRequiredService<WriterMeter>());

        Assert.Equal([other], left);
        Assert.Equal(await first.Outcome, await third.Outcome);
        Assert.False(other.Outcome.IsCompleted);
    }

    private static Append Behind(Append after, string conversation)
    {
        var append = Appends.Message(conversation, "alice", NewId());
        return new Append
        {
            Kind = append.Kind,
            Conversation = append.Conversation,
            Sender = append.Sender,
            Id = append.Id,
            Type = append.Type,
            Body = append.Body,
            Hash = append.Hash,
            After = after,
        };
    }

    [Fact]
    public async Task Submit_ManyAtOnce_NumbersDenselyInTheOrderOfSubmission()
    {
        var conversations = new[] { await GroupAsync("alice"), await GroupAsync("alice"), await GroupAsync("alice") };
        var sent = Enumerable.Range(0, 3_000).Select(i => Appends.Message(conversations[i % 3], "alice", $"{i:d5}-{NewId()}")).ToList();

        var outcomes = await Task.WhenAll(sent.Select(_storage.Writer.Submit));

        for (var i = 0; i < outcomes.Length; i++)
        {
            var stored = Assert.IsType<AppendStored>(outcomes[i]);
            Assert.Equal((i / 3) + 1, stored.Seq);
            Assert.False(stored.Duplicate);
        }

        foreach (var conversation in conversations)
        {
            var log = await _storage.Log.ReadAsync(conversation, 0, long.MaxValue, 5_000, default);
            Assert.Equal(Enumerable.Range(1, 1_000).Select(n => (long)n), log.Select(e => e.Seq));
            Assert.Equal(sent.Where(a => a.Conversation == conversation).Select(a => a.Id), log.Select(e => e.Id));
            await using var db = await _storage.DbAsync();
            Assert.Equal(1_000, (await db.Conversations.SingleAsync(c => c.Id == conversation)).HeadSeq);
        }
    }

    [Fact]
    public async Task Submit_Committed_TellsObserversInLogOrderWithTheBodyAsSent()
    {
        var conversation = await GroupAsync("alice");
        const string Body = "{\"text\":\"naïve – ✓ \\u0000\",\"n\":1.50}";

        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => _storage.Writer.Submit(Appends.Message(conversation, "alice", NewId(), Body))));

        // Told beside the answers, not before them.
        await Eventually.EqualAsync(300, () => _storage.Committed.Count(e => e.Conversation == conversation), "the number of events told");
        var told = _storage.Committed.Where(e => e.Conversation == conversation).ToList();
        Assert.Equal(Enumerable.Range(1, 300).Select(n => (long)n), told.Select(e => e.Seq));
        Assert.All(told, e => Assert.Equal(Body, System.Text.Encoding.UTF8.GetString(e.Body.Span)));
        var read = await _storage.Log.ReadAsync(conversation, 299, 300, 10, default);
        Assert.Equal(Body, System.Text.Encoding.UTF8.GetString(Assert.Single(read).Body.Span));
    }

    [Fact]
    public async Task Submit_SameSendTenTimesAtOnce_IsStoredOnceAndAnsweredEqually()
    {
        var conversation = await GroupAsync("alice");
        var id = NewId();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _storage.Writer.Submit(Appends.Message(conversation, "alice", id))));

        var receipts = outcomes.Cast<AppendStored>().ToList();
        Assert.Single(receipts, r => !r.Duplicate);
        Assert.Single(receipts.Select(r => (r.Seq, r.Epoch, r.At)).Distinct());
        Assert.Equal(1, (await _storage.Log.BoundsAsync([conversation], default))[conversation].Head);
    }

    [Fact]
    public async Task Submit_RepeatedLaterAmongNewOnes_GetsTheFirstReceiptAndLeavesNoHole()
    {
        var conversation = await GroupAsync("alice");
        var id = NewId();
        var first = await StoreAsync(Appends.Message(conversation, "alice", id));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            _storage.Writer.Submit(Appends.Message(conversation, "alice", i == 25 ? id : NewId()))));

        var repeat = Assert.IsType<AppendStored>(outcomes[25]);
        Assert.Equal(first with { Duplicate = true }, repeat);
        var log = await _storage.Log.ReadAsync(conversation, 0, long.MaxValue, 100, default);
        Assert.Equal(Enumerable.Range(1, 50).Select(n => (long)n), log.Select(e => e.Seq));
    }

    [Fact]
    public async Task Submit_SameIdOtherContent_IsRefused()
    {
        var conversation = await GroupAsync("alice");
        var other = await GroupAsync("alice");
        var id = NewId();
        await StoreAsync(Appends.Message(conversation, "alice", id));

        Assert.Equal(AppendRefusal.IdConflict, await RefusalAsync(Appends.Message(conversation, "alice", id, "{\"n\":2}")));
        Assert.Equal(AppendRefusal.IdConflict, await RefusalAsync(Appends.Message(other, "alice", id)));
    }

    [Fact]
    public async Task Submit_SameIdOfTwoSenders_AreTwoEvents()
    {
        var conversation = await GroupAsync("alice", "bob");

        Assert.Equal(1, (await StoreAsync(Appends.Message(conversation, "alice", "1"))).Seq);
        Assert.Equal(2, (await StoreAsync(Appends.Message(conversation, "bob", "1"))).Seq);
    }

    [Fact]
    public async Task Submit_ByStrangerOrToNowhere_IsNotFoundAndWritesNothing()
    {
        var conversation = await GroupAsync("alice");

        Assert.Equal(AppendRefusal.NotFound, await RefusalAsync(Appends.Message(conversation, "mallory", NewId())));
        Assert.Equal(AppendRefusal.NotFound, await RefusalAsync(Appends.Message("c_nowhere", "alice", NewId())));
        Assert.Equal(0, (await _storage.Log.BoundsAsync([conversation], default))[conversation].Head);
    }

    [Fact]
    public async Task Submit_OneBadAppendInABatch_FailsAlone()
    {
        var conversation = await GroupAsync("alice");
        // Neither database takes a lone surrogate or a NUL in text as PostgreSQL's protocol carries it; SQLite takes it, so there it is simply stored.
        var sent = Enumerable.Range(0, 40).Select(i => Appends.Message(conversation, "alice", i == 17 ? "bad\0id" : NewId())).ToList();

        var outcomes = await Task.WhenAll(sent.Select(_storage.Writer.Submit));

        Assert.Equal(39, outcomes.Where((o, i) => i != 17 && o is AppendStored).Count());
        AssertBadId(outcomes[17]);
        var log = await _storage.Log.ReadAsync(conversation, 0, long.MaxValue, 100, default);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(n => (long)n), log.Select(e => e.Seq));
    }

    private protected abstract void AssertBadId(AppendOutcome outcome);

    [Fact]
    public async Task Edit_OfOwnMessage_IsStored_OfAnothersOrOfNothing_IsRefused()
    {
        var conversation = await GroupAsync("alice", "bob");
        var message = NewId();
        await StoreAsync(Appends.Message(conversation, "alice", message));

        Assert.Equal(2, (await StoreAsync(Appends.Edit(conversation, "alice", NewId(), message, "{\"n\":2}"))).Seq);
        Assert.Equal(AppendRefusal.Forbidden, await RefusalAsync(Appends.Edit(conversation, "bob", NewId(), message, "{\"n\":3}")));
        Assert.Equal(AppendRefusal.RefNotFound, await RefusalAsync(Appends.Edit(conversation, "alice", NewId(), NewId(), "{\"n\":3}")));
    }

    [Fact]
    public async Task Delete_BlanksTheMessageAndItsEditsAndKeepsTheRows()
    {
        var conversation = await GroupAsync("alice", "bob");
        var message = NewId();
        await StoreAsync(Appends.Message(conversation, "bob", message));
        await StoreAsync(Appends.Edit(conversation, "bob", NewId(), message, "{\"n\":2}"));

        Assert.Equal(3, (await StoreAsync(Appends.Delete(conversation, "alice", NewId(), message))).Seq);

        var log = await _storage.Log.ReadAsync(conversation, 0, long.MaxValue, 10, default);
        Assert.Equal(["text", EventTypes.Edit, EventTypes.Delete], log.Select(e => e.Type));
        Assert.All(log, e => Assert.True(e.Body.IsEmpty));
        Assert.Equal(AppendRefusal.RefNotFound, await RefusalAsync(Appends.Reaction(conversation, "alice", NewId(), message)));
        Assert.Equal(AppendRefusal.RefNotFound, await RefusalAsync(Appends.Delete(conversation, "bob", NewId(), message)));
    }

    [Fact]
    public async Task Delete_ByAnotherMember_IsForbidden()
    {
        var conversation = await GroupAsync("alice", "bob", "carol");
        var message = NewId();
        await StoreAsync(Appends.Message(conversation, "bob", message));

        Assert.Equal(AppendRefusal.Forbidden, await RefusalAsync(Appends.Delete(conversation, "carol", NewId(), message)));
    }

    [Fact]
    public async Task Edit_OfAMessageInTheSameBatch_FindsIt()
    {
        var conversation = await GroupAsync("alice");
        var message = NewId();

        var outcomes = await Task.WhenAll(
            _storage.Writer.Submit(Appends.Message(conversation, "alice", message)),
            _storage.Writer.Submit(Appends.Edit(conversation, "alice", NewId(), message, "{\"n\":2}")));

        Assert.Equal([1L, 2L], outcomes.Cast<AppendStored>().Select(s => s.Seq));
    }

    [Fact]
    public async Task AddMembers_ActsFromItsSeqOn_RemoveUpToItsSeq()
    {
        var conversation = await GroupAsync("alice", "bob");
        await StoreAsync(Appends.Message(conversation, "alice", NewId()));

        Assert.Equal(2, (await StoreAsync(Appends.Members(AppendKind.AddMembers, conversation, "alice", "carol", "bob"))).Seq);
        Assert.Equal(3, (await StoreAsync(Appends.Message(conversation, "carol", NewId()))).Seq);
        Assert.Equal(4, (await StoreAsync(Appends.Members(AppendKind.RemoveMembers, conversation, "alice", "carol"))).Seq);
        Assert.Equal(AppendRefusal.NotFound, await RefusalAsync(Appends.Message(conversation, "carol", NewId())));

        await using var db = await _storage.DbAsync();
        var carol = await db.Members.SingleAsync(m => m.ConversationId == conversation && m.UserId == "carol");
        Assert.Equal((2L, 4L), (carol.JoinedSeq, carol.LeftSeq));
        var added = (await _storage.Log.ReadAsync(conversation, 1, 2, 1, default))[0];
        Assert.Equal("{\"action\":\"added\",\"users\":[\"carol\"]}", System.Text.Encoding.UTF8.GetString(added.Body.Span));
    }

    [Fact]
    public async Task AddMembers_OfMembersOnly_ChangesNothing_ByNonOwner_IsForbidden()
    {
        var conversation = await GroupAsync("alice", "bob");

        Assert.IsType<AppendUnchanged>(await _storage.Writer.Submit(Appends.Members(AppendKind.AddMembers, conversation, "alice", "bob")));
        Assert.Equal(AppendRefusal.Forbidden, await RefusalAsync(Appends.Members(AppendKind.AddMembers, conversation, "bob", "carol")));
        Assert.Equal(AppendRefusal.Forbidden, await RefusalAsync(Appends.Members(AppendKind.RemoveMembers, conversation, "bob", "alice")));
    }

    [Fact]
    public async Task Leave_OfTheLastOwner_PassesOwnershipToTheMemberOfLongestStanding()
    {
        var conversation = await GroupAsync("alice", "bob");
        await StoreAsync(Appends.Message(conversation, "alice", NewId()));
        await StoreAsync(Appends.Members(AppendKind.AddMembers, conversation, "alice", "aaron"));

        await StoreAsync(Appends.Members(AppendKind.Leave, conversation, "alice"));

        Assert.Equal(4, (await StoreAsync(Appends.Members(AppendKind.AddMembers, conversation, "bob", "dave"))).Seq);
    }

    [Fact]
    public async Task Submit_RepeatAfterTheRightWasLost_StillGetsTheFirstReceipt()
    {
        var conversation = await GroupAsync("alice", "bob");
        var id = NewId();
        var first = await StoreAsync(Appends.Message(conversation, "bob", id));
        await StoreAsync(Appends.Members(AppendKind.RemoveMembers, conversation, "alice", "bob"));

        Assert.Equal(first with { Duplicate = true }, await StoreAsync(Appends.Message(conversation, "bob", id)));
    }

    [Fact]
    public async Task TwoWriters_OnOneConversation_NeverDeadlockAndStayDense()
    {
        await using var other = await StorageHost.StartAsync(ConnectionString);
        var conversations = new[] { await GroupAsync("alice"), await GroupAsync("alice") };
        var both = new[] { _storage.Writer, other.Writer };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i =>
            both[i % 2].Submit(Appends.Message(conversations[i / 2 % 2], "alice", NewId()))));

        Assert.All(outcomes, o => Assert.IsType<AppendStored>(o));
        foreach (var conversation in conversations)
        {
            var log = await _storage.Log.ReadAsync(conversation, 0, long.MaxValue, 5_000, default);
            Assert.Equal(Enumerable.Range(1, 1_000).Select(n => (long)n), log.Select(e => e.Seq));
        }
    }

    [Fact]
    public async Task Submit_ToARealtimeConversationThatNobodyKnewHere_GoesBehindWhatIsSpooled()
    {
        var order = new Order();
        await using var host = await StorageHost.StartAsync(ConnectionString, services => services.AddSingleton<IRealtimeOrder>(order));
        var (realtime, durable) = (await GroupAsync("alice"), await GroupAsync("alice"));
        await using (var db = await _storage.DbAsync())
        {
            await db.Conversations.Where(c => c.Id == realtime).ExecuteUpdateAsync(c => c.SetProperty(p => p.Policy, ConversationPolicy.Realtime));
        }

        // Its sender may have a receipt for what waits: it is to come again, with what was sent behind it, and by then the way is known.
        var sent = Appends.Message(realtime, "alice", NewId());
        var behind = Behind(sent, durable);
        var free = Appends.Message(durable, "alice", NewId());
        var outcomes = new[] { sent, behind, free }.Select(host.Writer.Submit).ToList();
        Assert.Equal(AppendRefused.Overtaking, await outcomes[0]);
        Assert.Equal(AppendRefused.Overtaking, await outcomes[1]);
        Assert.Equal(1, Assert.IsType<AppendStored>(await outcomes[2]).Seq);
        Assert.True(host.Services.GetRequiredService<RealtimeBook>().Contains(realtime));

        // What waits is let in, and so is all when there is nothing.
        var spooled = Appends.Message(realtime, "alice", NewId());
        spooled.IsForwarded = true;
        Assert.Equal(1, Assert.IsType<AppendStored>(await host.Writer.Submit(spooled)).Seq);
        order.IsClear = true;
        Assert.Equal(2, Assert.IsType<AppendStored>(await host.Writer.Submit(Appends.Message(realtime, "alice", sent.Id))).Seq);
    }

    private sealed class Order : IRealtimeOrder
    {
        public bool IsClear { get; set; }
    }

    [Fact]
    public async Task TwoWriters_TakingTurns_StayDense()
    {
        await using var other = await StorageHost.StartAsync(ConnectionString);
        var group = await GroupAsync("alice");
        var both = new[] { _storage.Writer, other.Writer };

        // Two each, so that each writer has one that follows its own and one that follows the other's.
        for (var i = 0; i < 40; i++)
        {
            var stored = Assert.IsType<AppendStored>(await both[i / 2 % 2].Submit(Appends.Message(group, "alice", NewId())));
            Assert.Equal(i + 1, stored.Seq);
        }

        var log = await _storage.Log.ReadAsync(group, 0, long.MaxValue, 100, default);
        Assert.Equal(Enumerable.Range(1, 40).Select(n => (long)n), log.Select(e => e.Seq));
        Assert.Equal(40, (await other.Log.BoundsAsync([group], default))[group].Head);
    }

    [Fact]
    public async Task Submit_BySomebodyWhomAnotherWriterRemoved_IsNotFound()
    {
        await using var other = await StorageHost.StartAsync(ConnectionString);
        var group = await GroupAsync("alice", "bob");
        var elsewhere = await GroupAsync("bob");
        await StoreAsync(Appends.Message(group, "bob", NewId()));
        await StoreAsync(Appends.Message(elsewhere, "bob", NewId()));
        Assert.IsType<AppendStored>(await other.Writer.Submit(Appends.Members(AppendKind.RemoveMembers, group, "alice", "bob")));

        // In one batch: the one that is refused takes no other with it.
        var outcomes = new[] { _storage.Writer.Submit(Appends.Message(group, "bob", NewId())), _storage.Writer.Submit(Appends.Message(elsewhere, "bob", NewId())) };

        Assert.Equal(AppendRefusal.NotFound, Assert.IsType<AppendRefused>(await outcomes[0]).Reason);
        Assert.Equal(2, Assert.IsType<AppendStored>(await outcomes[1]).Seq);
        Assert.Equal(3, (await StoreAsync(Appends.Message(group, "alice", NewId()))).Seq);
    }

    [Fact]
    public async Task Submit_AfterTheMembershipEndedWithoutAnEvent_IsNotFound()
    {
        var group = await GroupAsync("alice", "bob");
        await StoreAsync(Appends.Message(group, "bob", NewId()));
        await StoreAsync(Appends.Message(group, "bob", NewId()));
        await using (var db = await _storage.DbAsync())
        {
            await db.Members.Where(m => m.ConversationId == group && m.UserId == "bob").ExecuteUpdateAsync(m => m.SetProperty(p => p.LeftSeq, 2L));
        }

        Assert.Equal(AppendRefusal.NotFound, await RefusalAsync(Appends.Message(group, "bob", NewId())));
        Assert.Equal(3, (await StoreAsync(Appends.Message(group, "alice", NewId()))).Seq);
    }

    [Fact]
    public async Task Submit_AfterTheLogWasRewound_GoesOnInTheNewEpoch()
    {
        var group = await GroupAsync("alice");
        for (var i = 0; i < 3; i++)
        {
            await StoreAsync(Appends.Message(group, "alice", NewId()));
        }

        await using (var db = await _storage.DbAsync())
        {
            await db.Conversations.Where(c => c.Id == group).ExecuteUpdateAsync(c => c.SetProperty(p => p.Epoch, 7L));
        }

        var stored = await StoreAsync(Appends.Message(group, "alice", NewId()));
        Assert.Equal((4, 7), (stored.Seq, stored.Epoch));
    }

    [Fact]
    public async Task Journal_TellsEveryMoveOfEveryWriter()
    {
        var conversation = await GroupAsync("alice", "bob");
        var position = await _storage.Log.CommitPositionAsync(default);
        await StoreAsync(Appends.Message(conversation, "alice", NewId()));
        await StoreAsync(Appends.Members(AppendKind.AddMembers, conversation, "alice", "carol"));

        var page = await _storage.Log.ReadMovesAsync(position, own: true, default);

        Assert.Equal(2, page.Heads[conversation]);
        Assert.Contains(conversation, page.Members);
        // A journal with ids out of order may tell a move twice; it must not tell old ones for ever.
        await StoreAsync(Appends.Message(conversation, "alice", NewId()));
        Assert.Equal(3, (await _storage.Log.ReadMovesAsync(page.Position, own: true, default)).Heads[conversation]);
    }

    [Fact]
    public async Task Journal_ReadWithoutOwn_TellsOthersMovesOnlyAndGoesOnAllTheSame()
    {
        await using var other = await StorageHost.StartAsync(ConnectionString);
        var (mine, theirs) = (await GroupAsync("alice"), await GroupAsync("alice"));
        var position = await _storage.Log.CommitPositionAsync(default);
        await StoreAsync(Appends.Message(mine, "alice", NewId()));
        Assert.IsType<AppendStored>(await other.Writer.Submit(Appends.Message(theirs, "alice", NewId())));
        await StoreAsync(Appends.Message(mine, "alice", NewId()));

        var page = await _storage.Log.ReadMovesAsync(position, own: false, default);

        // Transactions of other tests on the same server hold the position back, so moves of before may be told again.
        Assert.Equal([theirs], page.Heads.Keys.Intersect([mine, theirs]));
        Assert.Equal([mine], (await other.Log.ReadMovesAsync(position, own: false, default)).Heads.Keys.Intersect([mine, theirs]));
        await Eventually.TrueAsync(
            async () => (await _storage.Log.ReadMovesAsync(position, own: false, default)).Position > position, "the position goes on");
    }

    [Fact]
    public async Task OpenDevice_FirstTime_StartsAtWhatTheUserHadNotRead_ThenAtItsCursor()
    {
        var conversation = await GroupAsync("alice", "bob");
        for (var i = 0; i < 5; i++)
        {
            await StoreAsync(Appends.Message(conversation, "alice", NewId()));
        }

        await using (var db = await _storage.DbAsync())
        {
            await db.Members.Where(m => m.ConversationId == conversation && m.UserId == "bob").ExecuteUpdateAsync(m => m.SetProperty(p => p.ReadSeq, 2));
        }

        var first = Assert.Single(await FollowedByBobAsync(), f => f.Conversation == conversation);
        Assert.Equal((2L, 5L, (long?)null), (first.Position, first.Head, first.End));

        await _storage.Cursors.SaveAsync([new("bob", "phone", conversation, 4)], default);
        await _storage.Cursors.SaveAsync([new("bob", "phone", conversation, 3)], default);

        Assert.Equal(4, Assert.Single(await FollowedByBobAsync(), f => f.Conversation == conversation).Position);
    }

    [Fact]
    public async Task OpenDevice_AfterRemoval_FollowsUpToTheRemoval()
    {
        var conversation = await GroupAsync("alice", "bob");
        await _storage.Cursors.OpenDeviceAsync("bob", "phone", 10, default);
        await StoreAsync(Appends.Message(conversation, "alice", NewId()));
        await StoreAsync(Appends.Members(AppendKind.RemoveMembers, conversation, "alice", "bob"));
        await StoreAsync(Appends.Message(conversation, "alice", NewId()));

        var f = Assert.Single(await FollowedByBobAsync(), f => f.Conversation == conversation);
        Assert.Equal((0L, (long?)2L), (f.Position, f.End));

        await _storage.Cursors.SaveAsync([new("bob", "phone", conversation, 2)], default);
        Assert.DoesNotContain(await FollowedByBobAsync(), f => f.Conversation == conversation);
    }

    [Fact]
    public async Task OpenDevice_OverTheCap_ForgetsTheOneIdleLongest()
    {
        var conversation = await GroupAsync("alice", "dora");
        await _storage.Cursors.OpenDeviceAsync("dora", "one", 2, default);
        await _storage.Cursors.SaveAsync([new("dora", "one", conversation, 0)], default);
        await using var db = await _storage.DbAsync();
        await db.Devices.Where(d => d.UserId == "dora").ExecuteUpdateAsync(d => d.SetProperty(p => p.LastSeenAt, 1));
        await _storage.Cursors.OpenDeviceAsync("dora", "two", 2, default);
        await _storage.Cursors.OpenDeviceAsync("dora", "three", 2, default);

        Assert.Equal(["three", "two"], await db.Devices.Where(d => d.UserId == "dora").Select(d => d.DeviceId).OrderBy(d => d).ToListAsync());
    }

    [Fact]
    public async Task WarmUp_LeavesNothing()
    {
        await StoreAsync(Appends.Message(await GroupAsync("alice"), "alice", NewId()));
        await using var db = await _storage.DbAsync();
        var before = await CountsAsync(db);

        await Assert.Single(_storage.Services.GetServices<IWarmUp>().OfType<WriterWarmUp>()).WarmUpAsync(default);

        Assert.Equal(before, await CountsAsync(db));
    }

    [Fact]
    public async Task Writer_HasTheModelThatReadersHave_AndBuildsNone()
    {
        await using var reading = await _storage.DbAsync();
        await using var writing = await _storage.Services.GetRequiredService<WriterContexts>().CreateAsync(default);
        Assert.Same(reading.Model, writing.Model);
    }

    private static async Task<(int Conversations, int Events, int Commits)> CountsAsync(ChatDb db) =>
        (await db.Conversations.CountAsync(), await db.Outbox.CountAsync(), await db.Commits.CountAsync());

    private async Task<IReadOnlyList<Following>> FollowedByBobAsync() => (await _storage.Cursors.OpenDeviceAsync("bob", "phone", 10, default)).Following;
}
