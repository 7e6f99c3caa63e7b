using Chat.Server.Storage;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Chat.Tests.Storage.DeadLetters;

public sealed class PostgresDeadLetterTests(PostgresDatabase database) : DeadLetterContract, IClassFixture<PostgresDatabase>
{
    protected override string ConnectionString => database.ConnectionString;
}

public sealed class SqliteDeadLetterTests : DeadLetterContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-sqlite-").FullName;

    protected override string ConnectionString => $"Data Source={Path.Combine(_folder, "chat.db")}";
}

/// <summary>What storage promises about failed rounds and dead letters on every database.</summary>
public abstract class DeadLetterContract : IAsyncLifetime
{
    private static readonly RoundLimits Limits = new(Rounds: 3, Apart: TimeSpan.Zero, PerDevice: 2);
    private readonly string _group = "c_" + Guid.NewGuid().ToString("n");
    private readonly string _bob = "bob-" + Guid.NewGuid().ToString("n");
    private StorageHost _storage = null!;

    private DeadLetterStore Store => _storage.Services.GetRequiredService<DeadLetterStore>();

    private DeadLetterDesk Desk => _storage.Services.GetRequiredService<DeadLetterDesk>();

    protected abstract string ConnectionString { get; }

    public async Task InitializeAsync()
    {
        _storage = await StorageHost.StartAsync(ConnectionString);
        await _storage.GroupAsync(_group, "alice", _bob);
        for (var i = 1; i <= 5; i++)
        {
            Assert.IsType<AppendStored>(await _storage.Writer.Submit(Appends.Message(_group, "alice", $"{_group}-{i}")));
        }

        await _storage.Cursors.OpenDeviceAsync(_bob, "phone", 10, default);
    }

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    private Task<RoundOutcome> FailAsync(long seq, string? error = null, RoundLimits? limits = null, string device = "phone") => Store.CountAsync(
        new FailedRound(_bob, device, _group, seq, error is null ? FailureReasons.Unacknowledged : FailureReasons.HandlerFailed, error), limits ?? Limits, default);

    private async Task BuryAsync(long seq, string? error = null, string device = "phone")
    {
        for (var round = 1; round < Limits.Rounds; round++)
        {
            Assert.Equal(RoundOutcome.Counted, await FailAsync(seq, error, device: device));
        }

        Assert.Equal(RoundOutcome.Buried, await FailAsync(seq, error, device: device));
    }

    private async Task<DeadLetterRow> OnlyLetterAsync() => Assert.Single((await Desk.ListAsync(new(User: _bob), null, 10, default)).Letters);

    private async Task<long> CursorAsync(string device = "phone")
    {
        await using var db = await _storage.DbAsync();
        return await db.Cursors.Where(c => c.UserId == _bob && c.DeviceId == device).Select(c => c.AckedSeq).SingleAsync();
    }

    [Fact]
    public async Task Count_TheLastRound_KeepsTheLetterWithItsErrorsAndLeavesTheCursorRightBeforeIt()
    {
        Assert.Equal(RoundOutcome.Counted, await FailAsync(1, "first"));
        Assert.Equal(RoundOutcome.Counted, await FailAsync(1));
        Assert.Equal(RoundOutcome.Buried, await FailAsync(1, "last"));

        var letter = await OnlyLetterAsync();
        Assert.Equal((_group, 1L, "alice", "text", $"{_group}-1"), (letter.ConversationId, letter.Seq, letter.Sender, letter.EventType, letter.EventId));
        Assert.Equal((3, "first", "last", FailureReasons.HandlerFailed), (letter.Attempts, letter.FirstError, letter.LastError, letter.Reason));
        Assert.Equal(DeadLetterState.Dead, letter.State);
        Assert.Equal(0, await CursorAsync());
        var device = await OpenedAsync("phone");
        Assert.Equal([(_group, 1L)], device.Skipped);
        Assert.False(device.Replays);

        // It is told again until the cursor has moved on, and no more after that.
        await _storage.Cursors.SaveAsync([new AckedCursor(_bob, "phone", _group, 1)], default);
        Assert.Empty((await OpenedAsync("phone")).Skipped);
        Assert.Equal(RoundOutcome.Counted, await FailAsync(1));
    }

    [Fact]
    public async Task Count_AnotherEvent_BeginsAnew_AndAnOlderOneChangesNothing()
    {
        await FailAsync(1);
        await FailAsync(1);
        Assert.Equal(RoundOutcome.Counted, await FailAsync(2, "at two"));
        Assert.Equal(RoundOutcome.Counted, await FailAsync(1));
        Assert.Equal(RoundOutcome.Counted, await FailAsync(2));
        Assert.Equal(RoundOutcome.Buried, await FailAsync(2));

        var letter = await OnlyLetterAsync();
        Assert.Equal((2L, 3, "at two", "at two"), (letter.Seq, letter.Attempts, letter.FirstError, letter.LastError));
        // What lies before it was acknowledged, or it would not have been waited for.
        Assert.Equal(1, await CursorAsync());
    }

    [Fact]
    public async Task Count_RoundsOfSeveralConnectionsAtOnce_AreOne()
    {
        var apart = Limits with { Apart = TimeSpan.FromHours(1) };
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(RoundOutcome.Counted, await FailAsync(1, limits: apart));
        }
    }

    [Fact]
    public async Task Count_ByTwoDevices_KeepsThemApart()
    {
        await _storage.Cursors.OpenDeviceAsync(_bob, "laptop", 10, default);
        await BuryAsync(1);
        Assert.Equal(RoundOutcome.Counted, await FailAsync(1, device: "laptop"));
        Assert.Empty((await OpenedAsync("laptop")).Skipped);
    }

    [Fact]
    public async Task Count_AfterARestart_GoesOn()
    {
        await FailAsync(1);
        await FailAsync(1);
        await _storage.DisposeAsync();
        _storage = await StorageHost.StartAsync(ConnectionString);
        Assert.Equal(RoundOutcome.Buried, await FailAsync(1));
        Assert.Equal(RoundOutcome.Buried, await FailAsync(1));
        Assert.Equal(3, (await OnlyLetterAsync()).Attempts);
    }

    [Fact]
    public async Task Count_OverTheDevicesQuota_GivesUpWithoutKeeping()
    {
        await BuryAsync(1);
        await BuryAsync(2);
        await FailAsync(3);
        await FailAsync(3);
        Assert.Equal(RoundOutcome.OverQuota, await FailAsync(3));
        // Until the device was told and has moved on, the answer stays the same.
        Assert.Equal(RoundOutcome.OverQuota, await FailAsync(3));
        Assert.Equal(2, (await Desk.ListAsync(new(User: _bob), null, 10, default)).Letters.Count);

        await Desk.DiscardAsync(new DeadLetterFilter(User: _bob), "op", default);
        Assert.Equal(RoundOutcome.Buried, await FailAsync(3));
    }

    [Fact]
    public async Task Count_AnEventThatHasExpired_MakesNoDeadLetter()
    {
        await using (var db = await _storage.DbAsync())
        {
            await db.Outbox.Where(o => o.ConversationId == _group && o.Seq == 1).ExecuteUpdateAsync(o => o.SetProperty(p => p.ExpiresAt, 1L));
        }

        await FailAsync(1);
        await FailAsync(1);
        Assert.Equal(RoundOutcome.Expired, await FailAsync(1));
        Assert.Empty((await Desk.ListAsync(new(User: _bob), null, 10, default)).Letters);
    }

    [Fact]
    public async Task Replay_IsDoneOnceHoweverManyPress_AndTheJournalTellsTheUser()
    {
        await BuryAsync(1, "boom");
        var letter = await OnlyLetterAsync();
        var position = await _storage.Log.CommitPositionAsync(default);

        var acts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Desk.ReplayAsync([letter.Id], "op", default)));
        Assert.Equal(1, acts.Sum(a => a.Changed));
        Assert.Contains(_bob, (await _storage.Log.ReadMovesAsync(position, own: false, default)).Users);

        Assert.True((await OpenedAsync("phone")).Replays);
        var replay = Assert.Single(await Store.ReplaysAsync(_bob, "phone", [], 10, _ => false, default));
        Assert.Equal((1L, 4, $"{_group}-1"), (replay.Event!.Seq, replay.Attempt, replay.Event.Id));
        Assert.Empty(await Store.ReplaysAsync(_bob, "phone", [letter.Id], 10, _ => false, default));

        await Store.ReplayedAsync(letter.Id, default);
        Assert.Equal((DeadLetterState.Replayed, "op"), ((await OnlyLetterAsync()).State, (await OnlyLetterAsync()).ActedBy));
        Assert.Empty(await Store.ReplaysAsync(_bob, "phone", [], 10, _ => false, default));
        Assert.Equal(0, (await Desk.ReplayAsync([letter.Id], "op", default)).Changed);
        Assert.Equal(0, (await Desk.DiscardAsync([letter.Id], "op", default)).Changed);
    }

    [Fact]
    public async Task Replay_ThatFails_IsDeadAgainWithOneAttemptMore()
    {
        await BuryAsync(1, "boom");
        var letter = await OnlyLetterAsync();
        await Desk.ReplayAsync([letter.Id], "op", default);
        await Store.ReplayFailedAsync(letter.Id, FailureReasons.Unacknowledged, null, default);
        var again = await OnlyLetterAsync();
        Assert.Equal((DeadLetterState.Dead, 4, "boom", FailureReasons.Unacknowledged), (again.State, again.Attempts, again.LastError, again.Reason));

        await Desk.ReplayAsync([letter.Id], "op", default);
        await Store.ReplayFailedAsync(letter.Id, FailureReasons.HandlerFailed, "bang", default);
        Assert.Equal((5, "boom", "bang"), ((await OnlyLetterAsync()).Attempts, (await OnlyLetterAsync()).FirstError, (await OnlyLetterAsync()).LastError));
    }

    [Fact]
    public async Task Replay_ToSomebodyWhoMayNotSeeIt_HoldsNoEvent()
    {
        await BuryAsync(3);
        await Desk.ReplayAsync([(await OnlyLetterAsync()).Id], "op", default);
        await using (var db = await _storage.DbAsync())
        {
            await db.Members.Where(m => m.ConversationId == _group && m.UserId == _bob).ExecuteUpdateAsync(m => m.SetProperty(p => p.LeftSeq, 2L));
        }

        var replay = Assert.Single(await Store.ReplaysAsync(_bob, "phone", [], 10, _ => false, default));
        Assert.Null(replay.Event);
        await Store.ReplayVoidAsync(replay.Id, default);
        Assert.Equal(DeadLetterState.Discarded, (await OnlyLetterAsync()).State);
    }

    [Fact]
    public async Task Upkeep_ForgetsWhatIsSettledAndOld_AndKeepsWhatWaitsForAnOperator()
    {
        await BuryAsync(1);
        await BuryAsync(2);
        await FailAsync(3);
        await Desk.DiscardAsync([(await Desk.ListAsync(new(User: _bob), null, 1, default)).Letters[0].Id], "op", default);
        await using var db = await _storage.DbAsync();
        await db.DeadLetters.Where(d => d.UserId == _bob).ExecuteUpdateAsync(d => d.SetProperty(p => p.LastAt, 1L));
        await db.DeliveryRounds.Where(r => r.UserId == _bob).ExecuteUpdateAsync(r => r.SetProperty(p => p.LastAt, 1L));

        await _storage.Services.GetServices<IHostedService>().OfType<StorageUpkeep>().Single().StepAsync(default);

        Assert.Equal((1L, DeadLetterState.Dead), ((await OnlyLetterAsync()).Seq, (await OnlyLetterAsync()).State));
        Assert.False(await db.DeliveryRounds.AnyAsync(r => r.UserId == _bob));
    }

    [Fact]
    public async Task Discard_ByFilter_TakesThoseThatMatchAndLeavesTheRest()
    {
        await BuryAsync(1, "boom");
        await BuryAsync(2);
        Assert.Equal(1, (await Desk.DiscardAsync(new DeadLetterFilter(User: _bob, Error: "boom"), "op", default)).Changed);
        var left = Assert.Single((await Desk.ListAsync(new(DeadLetterState.Dead, _bob), null, 10, default)).Letters);
        Assert.Equal(2, left.Seq);
        Assert.Equal(2, Assert.Single((await Desk.ListAsync(new(User: _bob, Error: ""), null, 10, default)).Letters).Seq);
        // It was given up for the device before; discarding does not bring it back.
        Assert.Contains((_group, 2L), (await OpenedAsync("phone")).Skipped);
    }

    [Fact]
    public async Task List_InPages_ShowsEachOnceNewestFirst_AndGroupsByError()
    {
        var many = Limits with { Rounds = 1, PerDevice = 100 };
        for (var seq = 1; seq <= 5; seq++)
        {
            Assert.Equal(RoundOutcome.Buried, await FailAsync(seq, seq % 2 == 0 ? "even" : "odd", many));
        }

        var filter = new DeadLetterFilter(User: _bob);
        var (seen, after) = (new List<DeadLetterRow>(), (DeadLetterPosition?)null);
        do
        {
            var page = await Desk.ListAsync(filter, after, 2, default);
            seen.AddRange(page.Letters);
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal([5L, 4, 3, 2, 1], seen.Select(l => l.Seq));

        var groups = await Desk.GroupAsync(filter, default);
        Assert.Equal(3, await Desk.CountAsync(filter with { Error = "odd" }, default));
        Assert.Equal([("odd", 3, 1), ("even", 2, 1)], groups.Select(g => (g.Error!, g.Count, g.Devices)));
        Assert.True((await Desk.CountAsync(default)).Dead >= 5);
    }

    private async Task<DeviceLetters> OpenedAsync(string device) => (await _storage.Cursors.OpenDeviceAsync(_bob, device, 10, default)).Letters;
}
