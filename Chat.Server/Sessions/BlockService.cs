using System.Text;
using Chat.Server.Backplane;
using Chat.Server.Storage.Blocks;
using Chat.Server.Storage.Model;

namespace Chat.Server.Sessions;

/// <summary>Shuts users out and lets them in again, on every node: what operators call.</summary>
internal sealed class BlockService(BlockStore store, BlockWatch watch, IBackplane bus)
{
    /// <summary>Ends the user's connections and keeps new ones out.</summary>
    /// <param name="end">Null: until it is lifted.</param>
    public async Task BlockAsync(string user, string? reason, string? by, DateTimeOffset? end, CancellationToken cancellation)
    {
        await store.BlockAsync(user, reason, by, end, cancellation);
        await TellAsync(user, cancellation);
    }

    /// <summary>False when the user was not shut out.</summary>
    public async Task<bool> UnblockAsync(string user, CancellationToken cancellation)
    {
        var lifted = await store.UnblockAsync(user, cancellation);
        await TellAsync(user, cancellation);
        return lifted;
    }

    /// <summary>Null when the user is not shut out.</summary>
    public Task<BlockRow?> FindAsync(string user, CancellationToken cancellation) => store.FindAsync(user, cancellation);

    /// <summary>Those in force, by user.</summary>
    public Task<List<BlockRow>> ListAsync(string? after, int limit, CancellationToken cancellation) => store.ListAsync(after, limit, cancellation);

    private Task TellAsync(string user, CancellationToken cancellation)
    {
        bus.Publish(BlockWatch.Channel, Encoding.UTF8.GetBytes(user));
        return watch.LookAsync(cancellation);
    }
}
