using Chat.Server.Storage.Blocks;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Storage.Blocks;

public sealed class PostgresBlockTests(PostgresDatabase database) : BlockStoreContract, IClassFixture<PostgresDatabase>
{
    protected override string ConnectionString => database.ConnectionString;
}

public sealed class SqliteBlockTests : BlockStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-sqlite-").FullName;

    protected override string ConnectionString => $"Data Source={Path.Combine(_folder, "chat.db")}";
}

/// <summary>What storage promises about users who are shut out, on every database.</summary>
public abstract class BlockStoreContract : IAsyncLifetime
{
    private readonly string _user = "u" + Guid.NewGuid().ToString("n");
    private StorageHost _storage = null!;

    private BlockStore Store => _storage.Services.GetRequiredService<BlockStore>();

    protected abstract string ConnectionString { get; }

    public async Task InitializeAsync() => _storage = await StorageHost.StartAsync(ConnectionString);

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [Fact]
    public async Task Block_UntilItIsLifted_IsFoundListedAndToldAsChanged_ThenToldAsEnded()
    {
        Assert.False(await Store.UnblockAsync(_user, default));
        await Store.BlockAsync(_user, "spam", "op", null, default);
        var block = await Store.FindAsync(_user, default);
        Assert.Equal(("spam", "op", null), (block!.Reason, block.BlockedBy, block.EndsAt));
        Assert.Contains(await Store.ListAsync(null, 1_000, default), b => b.UserId == _user);
        Assert.DoesNotContain(await Store.ListAsync(_user, 1_000, default), b => b.UserId == _user);
        Assert.Null(Assert.Single(await Store.ChangedSinceAsync(block.ChangedAt, default), b => b.UserId == _user).EndsAt);

        Assert.True(await Store.UnblockAsync(_user, default));
        Assert.False(await Store.UnblockAsync(_user, default));
        Assert.Null(await Store.FindAsync(_user, default));
        Assert.NotNull(Assert.Single(await Store.ChangedSinceAsync(block.ChangedAt, default), b => b.UserId == _user).EndsAt);
    }

    [Fact]
    public async Task Block_ForATime_EndsByItself_AndBlockingAgainChangesIt()
    {
        var now = TimeProvider.System.GetUtcNow();
        await Store.BlockAsync(_user, "a while", "op", now.AddHours(1), default);
        Assert.Equal(now.AddHours(1).ToUnixTimeMilliseconds(), (await Store.FindAsync(_user, default))!.EndsAt);
        await Store.BlockAsync(_user, "no more", "other", now.AddSeconds(-1), default);
        Assert.Null(await Store.FindAsync(_user, default));
    }
}
