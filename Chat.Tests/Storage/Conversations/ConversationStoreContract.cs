using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Model;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Storage.Conversations;

/// <summary>What holds on both databases.</summary>
public abstract class ConversationStoreContract : IAsyncLifetime
{
    private StorageHost _host = null!;

    private ConversationStore Store => ActivatorUtilities.CreateInstance<ConversationStore>(_host.Services);

    protected abstract string ConnectionString { get; }

    public virtual async Task InitializeAsync() => _host = await StorageHost.StartAsync(ConnectionString);

    public virtual async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task CreateAsync_New_IsJournaledAsCreated()
    {
        var id = Unique("c");
        var position = await _host.Log.CommitPositionAsync(CancellationToken.None);
        Assert.Equal(id, await Store.CreateAsync(New(id, key: null, Unique("u")), CancellationToken.None));
        var page = await _host.Log.ReadMovesAsync(position, own: true, CancellationToken.None);
        Assert.Contains(id, page.Members);
    }

    [Fact]
    public async Task CreateAsync_SameKeyAtOnce_HasOneWinnerAndNothingLeftOfTheOthers()
    {
        var (key, user) = (Unique("key"), Unique("u"));
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Store.CreateAsync(New(Unique("c"), key, user), CancellationToken.None)));
        Assert.Single(ids.Distinct());
        await using var db = await _host.DbAsync();
        Assert.Equal(1, await db.Conversations.CountAsync(c => c.UniqueKey == key));
        Assert.Equal(1, await db.Members.CountAsync(m => m.UserId == user));
    }

    [Fact]
    public async Task CreateAsync_SameIdAgain_IsTheSame()
    {
        // The gate repeats work whose reply was lost: the second run finds what the first one made.
        var conversation = New(Unique("c"), key: null, Unique("u"));
        await Store.CreateAsync(conversation, CancellationToken.None);
        Assert.Equal(conversation.Id, await Store.CreateAsync(conversation, CancellationToken.None));
    }

    [Fact]
    public async Task FindAsync_MemberOthersAndFormerMembers_SeeWhatTheyMay()
    {
        var (id, alice, bob) = (Unique("c"), Unique("alice"), Unique("bob"));
        await Store.CreateAsync(New(id, key: null, alice, bob), CancellationToken.None);
        Assert.Equal(2, (await Store.FindAsync(alice, id, CancellationToken.None))!.Members.Count);
        Assert.Null(await Store.FindAsync(Unique("mallory"), id, CancellationToken.None));
        Assert.True(await Store.IsMemberAsync(bob, id, CancellationToken.None));

        await using var db = await _host.DbAsync();
        await db.Members.Where(m => m.UserId == bob).ExecuteUpdateAsync(m => m.SetProperty(r => r.LeftSeq, 3));
        Assert.Null(await Store.FindAsync(bob, id, CancellationToken.None));
        Assert.False(await Store.IsMemberAsync(bob, id, CancellationToken.None));
        Assert.Equal([alice], (await Store.FindAsync(alice, id, CancellationToken.None))!.Members.Select(m => m.User));
    }

    [Fact]
    public async Task ListAsync_UnreadAndWindow_CountWhatTheMemberMaySee()
    {
        var (id, alice, bob) = (Unique("c"), Unique("alice"), Unique("bob"));
        await Store.CreateAsync(New(id, key: null, alice, bob), CancellationToken.None);
        await using var db = await _host.DbAsync();
        string[] types = ["text", "text", "$edit", "text", "text"];
        for (var i = 0; i < types.Length; i++)
        {
            db.Outbox.Add(new OutboxRow
            {
                ConversationId = id, Seq = i + 1, Epoch = 1, Id = Unique("m"), Sender = i == 3 ? bob : alice,
                Type = types[i], Body = i == 4 ? null : "1", Hash = new byte[16],
            });
        }

        await db.SaveChangesAsync();
        await db.Conversations.Where(c => c.Id == id).ExecuteUpdateAsync(c => c.SetProperty(r => r.HeadSeq, 5));

        var ofBob = Assert.Single(await Store.ListAsync(bob, 10, CancellationToken.None));
        Assert.Equal((5L, 1L, 0L, 2), (ofBob.Head, ofBob.First, ofBob.ReadSeq, ofBob.Unread));
        Assert.Equal(1, Assert.Single(await Store.ListAsync(alice, 10, CancellationToken.None)).Unread);

        await db.Members.Where(m => m.UserId == bob).ExecuteUpdateAsync(m => m.SetProperty(r => r.JoinedSeq, 2));
        Assert.Equal((2L, 1), (await Store.ListAsync(bob, 10, CancellationToken.None))[0] is var v ? (v.First, v.Unread) : default);
    }

    [Fact]
    public async Task MoveAsync_Marks_MoveForwardOnlyAndNotBeyondTheHead()
    {
        var marks = ActivatorUtilities.CreateInstance<ReadMarkStore>(_host.Services);
        var (id, alice) = (Unique("c"), Unique("alice"));
        await Store.CreateAsync(New(id, key: null, alice), CancellationToken.None);
        await using var db = await _host.DbAsync();
        await db.Conversations.Where(c => c.Id == id).ExecuteUpdateAsync(c => c.SetProperty(r => r.HeadSeq, 5));

        Assert.Equal(new ReadMark(3, true), await marks.MoveAsync(alice, id, 3));
        Assert.Equal(new ReadMark(3, false), await marks.MoveAsync(alice, id, 2));
        Assert.Equal(new ReadMark(5, true), await marks.MoveAsync(alice, id, 99));
        Assert.Equal(new ReadMark(5, false), await marks.MoveAsync(alice, id, 99));
        Assert.Null(await marks.MoveAsync(Unique("mallory"), id, 1));
        Assert.Null(await marks.MoveAsync(alice, Unique("c"), 1));
    }

    [Fact]
    public async Task MoveAsync_ManyAtOnce_EndAtTheFurthestAndAreToldAsMovedNoMoreThanTheyMoved()
    {
        var marks = ActivatorUtilities.CreateInstance<ReadMarkStore>(_host.Services);
        var (id, alice, bob) = (Unique("c"), Unique("alice"), Unique("bob"));
        await Store.CreateAsync(New(id, key: null, alice, bob), CancellationToken.None);
        await using var db = await _host.DbAsync();
        await db.Conversations.Where(c => c.Id == id).ExecuteUpdateAsync(c => c.SetProperty(r => r.HeadSeq, 1_000));

        var told = await Task.WhenAll(Enumerable.Range(1, 1_000).Select(seq => marks.MoveAsync(seq % 2 == 0 ? alice : bob, id, seq)));
        Assert.All(told, t => Assert.NotNull(t));
        var moves = told.Where((t, i) => i % 2 == 1 && t!.Moved).Select(t => t!.Seq).ToList();
        Assert.Equal(moves.Distinct().Count(), moves.Count);
        Assert.Equal(1_000, moves.Max());
        Assert.Equal(new ReadMark(999, false), await marks.MoveAsync(bob, id, 1));
        Assert.Equal(new ReadMark(1_000, false), await marks.MoveAsync(alice, id, 1));
    }

    [Fact]
    public async Task PeersAsync_LargeConversations_AreLeftOut()
    {
        var acquaintances = ActivatorUtilities.CreateInstance<AcquaintanceStore>(_host.Services);
        var (alice, bob, carol, dave) = (Unique("alice"), Unique("bob"), Unique("carol"), Unique("dave"));
        await Store.CreateAsync(New(Unique("c"), key: null, alice, bob), CancellationToken.None);
        await Store.CreateAsync(New(Unique("c"), key: null, alice, bob, carol), CancellationToken.None);
        Assert.Equal([bob], await acquaintances.PeersAsync(alice, largest: 2, most: 10, CancellationToken.None));
        Assert.Equal(new[] { bob, carol }.Order(), (await acquaintances.PeersAsync(alice, largest: 3, most: 10, CancellationToken.None)).Order());
        Assert.Equal(new[] { carol }, await acquaintances.KnownAsync(alice, [carol, dave], CancellationToken.None));
    }

    private static string Unique(string name) => $"{name}-{Guid.NewGuid():n}";

    private static NewConversation New(string id, string? key, params string[] members) => new(
        id, ConversationKind.Group, null, ConversationPolicy.Durable, key, [.. members.Select(m => new ConversationMember(m, MemberRole.Member))]);
}

public sealed class SqliteConversationStoreTests : ConversationStoreContract
{
    protected override string ConnectionString { get; } = $"Data Source={Path.Combine(TestRun.NewFolder("conversations"), "chat.db")}";
}

public sealed class PostgresConversationStoreTests(PostgresDatabase database) : ConversationStoreContract, IClassFixture<PostgresDatabase>
{
    protected override string ConnectionString => database.ConnectionString;
}
