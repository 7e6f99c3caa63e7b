using Chat.Server.Storage.Cursors;
using Chat.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Chat.Tests.Storage.Cursors;

public sealed class PostgresCursorTests(PostgresDatabase database) : CursorStoreContract, IClassFixture<PostgresDatabase>
{
    protected override string ConnectionString => database.ConnectionString;
}

public sealed class SqliteCursorTests : CursorStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-sqlite-").FullName;

    protected override string ConnectionString => $"Data Source={Path.Combine(_folder, "chat.db")}";
}

/// <summary>What storage promises about setting cursors back, on every database.</summary>
public abstract class CursorStoreContract : IAsyncLifetime
{
    private readonly string _group = "c_" + Guid.NewGuid().ToString("n");
    private readonly string _other = "c_" + Guid.NewGuid().ToString("n");
    private StorageHost _storage = null!;

    protected abstract string ConnectionString { get; }

    public async Task InitializeAsync()
    {
        _storage = await StorageHost.StartAsync(ConnectionString);
        await _storage.GroupAsync(_group, "alice", "bob");
        await _storage.GroupAsync(_other, "alice", "bob");
        await using var db = await _storage.DbAsync();
        await db.Conversations.Where(c => c.Id == _group).ExecuteUpdateAsync(c => c.SetProperty(p => p.HeadSeq, 9).SetProperty(p => p.FirstSeq, 3));
        await db.Members.Where(m => m.ConversationId == _group && m.UserId == "bob").ExecuteUpdateAsync(m => m.SetProperty(p => p.JoinedSeq, 4));
        await _storage.Cursors.SaveAsync(
            [new("bob", "phone", _group, 9), new("bob", "desk", _group, 6), new("bob", "old", _group, 4), new("bob", "phone", _other, 9), new("alice", "phone", _group, 9)], default);
    }

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [Fact]
    public async Task RewindMember_SetsBackWhatStandsFurtherAndNobodyElses()
    {
        Assert.Equal(new MemberRewind(true, 4, 9, 2), await _storage.Cursors.RewindMemberAsync("bob", _group, 5, default));
        Assert.Equal([("alice", "phone", 9L), ("bob", "desk", 5L), ("bob", "old", 4L), ("bob", "phone", 5L)], await CursorsAsync(_group));
        Assert.Equal([("bob", "phone", 9L)], await CursorsAsync(_other));
        Assert.Equal(new MemberRewind(true, 4, 9, 0), await _storage.Cursors.RewindMemberAsync("bob", _group, 5, default));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public async Task RewindMember_BeyondWhatTheMemberMaySee_ChangesNothing(long seq)
    {
        Assert.Equal(new MemberRewind(true, 4, 9, 0), await _storage.Cursors.RewindMemberAsync("bob", _group, seq, default));
        Assert.Equal([("alice", "phone", 9L), ("bob", "desk", 6L), ("bob", "old", 4L), ("bob", "phone", 9L)], await CursorsAsync(_group));
    }

    [Fact]
    public async Task RewindMember_WhoIsNoneOrHasLeft_IsNotFound()
    {
        await using var db = await _storage.DbAsync();
        await db.Members.Where(m => m.ConversationId == _group && m.UserId == "bob").ExecuteUpdateAsync(m => m.SetProperty(p => p.LeftSeq, 9));
        Assert.False((await _storage.Cursors.RewindMemberAsync("bob", _group, 5, default)).Found);
        Assert.False((await _storage.Cursors.RewindMemberAsync("mallory", _group, 5, default)).Found);
        Assert.Contains(("bob", "phone", 9L), await CursorsAsync(_group));
    }

    private async Task<List<(string, string, long)>> CursorsAsync(string conversation)
    {
        await using var db = await _storage.DbAsync();
        var rows = await db.Cursors.AsNoTracking().Where(c => c.ConversationId == conversation).OrderBy(c => c.UserId).ThenBy(c => c.DeviceId).ToListAsync();
        return rows.ConvertAll(r => (r.UserId, r.DeviceId, r.AckedSeq));
    }
}
