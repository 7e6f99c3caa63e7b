using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Storage.Conversations;

public sealed class PostgresLockTests(PostgresDatabase database) : LockStoreContract, IClassFixture<PostgresDatabase>
{
    protected override string ConnectionString => database.ConnectionString;
}

public sealed class SqliteLockTests : LockStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-sqlite-").FullName;

    protected override string ConnectionString => $"Data Source={Path.Combine(_folder, "chat.db")}";
}

/// <summary>What storage promises about conversations that operators have locked, on every database.</summary>
public abstract class LockStoreContract : IAsyncLifetime
{
    private readonly string _conversation = "c_" + Guid.NewGuid().ToString("n");
    private StorageHost _storage = null!;

    private LockStore Locks => _storage.Services.GetRequiredService<LockStore>();

    protected abstract string ConnectionString { get; }

    public async Task InitializeAsync()
    {
        _storage = await StorageHost.StartAsync(ConnectionString);
        await _storage.GroupAsync(_conversation, "alice", "bob");
    }

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [Fact]
    public async Task Lock_IsDoneOnceAndKeepsTheFirstReason_UnlockOpensIt()
    {
        Assert.Equal(LockOutcome.NotFound, await Locks.LockAsync("c_none", "why", "op", default));
        Assert.Equal(LockOutcome.NotFound, await Locks.UnlockAsync("c_none", default));
        Assert.Equal(LockOutcome.Already, await Locks.UnlockAsync(_conversation, default));

        Assert.Equal(LockOutcome.Done, await Locks.LockAsync(_conversation, "spam", "op", default));
        Assert.Equal(LockOutcome.Already, await Locks.LockAsync(_conversation, "else", "other", default));
        var row = await RowAsync();
        Assert.Equal(("spam", "op"), (row.LockedReason, row.LockedBy));
        Assert.NotNull(row.LockedAt);

        Assert.Equal(LockOutcome.Done, await Locks.UnlockAsync(_conversation, default));
        row = await RowAsync();
        Assert.Equal((null, null, null), (row.LockedAt, row.LockedReason, row.LockedBy));
    }

    [Fact]
    public async Task Append_ToALockedConversation_RefusesWhatIsSaidAndTakesMembershipChanges()
    {
        // Three, so that the writer goes by what it remembers.
        var first = Appends.Message(_conversation, "alice", NewId());
        Append[] before = [first, Appends.Message(_conversation, "alice", NewId()), Appends.Message(_conversation, "alice", NewId())];
        foreach (var append in before)
        {
            Assert.IsType<AppendStored>(await _storage.Writer.Submit(append));
        }

        await Locks.LockAsync(_conversation, "spam", "op", default);

        foreach (var append in new[]
        {
            Appends.Message(_conversation, "alice", NewId()),
            Appends.Edit(_conversation, "alice", NewId(), first.Id, "{}"),
            Appends.Reaction(_conversation, "alice", NewId(), first.Id),
            Appends.Delete(_conversation, "alice", NewId(), first.Id),
        })
        {
            Assert.Equal(AppendRefused.Locked, await _storage.Writer.Submit(append));
        }

        Assert.Equal(AppendRefused.NotFound, await _storage.Writer.Submit(Appends.Message(_conversation, "mallory", NewId())));
        var again = Appends.Message(_conversation, "alice", first.Id);
        Assert.Equal((1L, true), await _storage.Writer.Submit(again) is AppendStored stored ? (stored.Seq, stored.Duplicate) : default);
        Assert.Equal(4, Assert.IsType<AppendStored>(await _storage.Writer.Submit(Appends.Members(AppendKind.AddMembers, _conversation, "alice", "carol"))).Seq);
        Assert.Equal(5, Assert.IsType<AppendStored>(await _storage.Writer.Submit(Appends.Members(AppendKind.Leave, _conversation, "bob"))).Seq);

        await Locks.UnlockAsync(_conversation, default);
        Assert.Equal(6, Assert.IsType<AppendStored>(await _storage.Writer.Submit(Appends.Message(_conversation, "alice", NewId()))).Seq);
    }

    [Fact]
    public async Task Append_ThatHasAReceiptAlready_IsStoredAlsoBehindARepeatThatHasNone()
    {
        await Locks.LockAsync(_conversation, "spam", "op", default);
        var id = NewId();
        var repeat = Appends.Message(_conversation, "alice", id);
        var spooled = Spooled(repeat);

        await _storage.Services.GetRequiredService<BatchCommitter>().CommitAsync([repeat, spooled], default);

        Assert.Equal(1, Assert.IsType<AppendStored>(await spooled.Outcome).Seq);
        Assert.Equal(AppendRefused.Locked, await repeat.Outcome);
    }

    [Fact]
    public async Task Lock_WhileManySendFromTwoProcesses_NothingIsStoredOnceItIsAnswered()
    {
        await using var other = await StorageHost.StartAsync(ConnectionString);
        using var stop = new CancellationTokenSource();
        var stored = 0;
        var refused = 0;
        var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var senders = Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                switch (await (i % 2 == 0 ? _storage : other).Writer.Submit(Appends.Message(_conversation, "alice", NewId())))
                {
                    case AppendStored when Interlocked.Increment(ref stored) == 100:
                        busy.SetResult();
                        break;
                    case AppendRefused { Reason: AppendRefusal.Locked }:
                        Interlocked.Increment(ref refused);
                        break;
                }
            }
        })).ToArray();
        await busy.Task.WaitAsync(Eventually.Patience);

        Assert.Equal(LockOutcome.Done, await Locks.LockAsync(_conversation, "spam", "op", default));

        var head = (await RowAsync()).HeadSeq;
        var (before, seen) = (Volatile.Read(ref stored), Volatile.Read(ref refused));
        await Eventually.TrueAsync(() => Volatile.Read(ref refused) > seen + 500, "the senders go on and are refused");
        await stop.CancelAsync();
        await Task.WhenAll(senders);
        Assert.Equal(head, (await RowAsync()).HeadSeq);
        Assert.Equal(head, stored);
        // Receipts of what was stored before may still have been on their way: no more than were under way.
        Assert.InRange(stored - before, 0, senders.Length);
    }

    [Fact]
    public async Task ListRealtime_TellsThoseThatAreLockedAndRealtime()
    {
        var realtime = "c_" + Guid.NewGuid().ToString("n");
        await using (var db = await _storage.DbAsync())
        {
            db.Conversations.Add(new ConversationRow { Id = realtime, Kind = ConversationKind.Group, Policy = ConversationPolicy.Realtime });
            await db.SaveChangesAsync();
        }

        Assert.DoesNotContain(realtime, await Locks.ListRealtimeAsync(default));
        await Locks.LockAsync(realtime, "spam", "op", default);
        await Locks.LockAsync(_conversation, "spam", "op", default);
        var listed = await Locks.ListRealtimeAsync(default);
        Assert.Contains(realtime, listed);
        Assert.DoesNotContain(_conversation, listed);
    }

    private static string NewId() => Guid.CreateVersion7().ToString();

    private static Append Spooled(Append append) => new()
    {
        Kind = append.Kind,
        Conversation = append.Conversation,
        Sender = append.Sender,
        Id = append.Id,
        Type = append.Type,
        Body = append.Body,
        Hash = append.Hash,
        AcceptedAt = 1,
    };

    private async Task<ConversationRow> RowAsync()
    {
        await using var db = await _storage.DbAsync();
        return await db.Conversations.AsNoTracking().SingleAsync(c => c.Id == _conversation);
    }
}
