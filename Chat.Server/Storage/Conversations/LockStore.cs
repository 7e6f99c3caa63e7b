using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Conversations;

/// <summary>How a conversation stands to what was asked for.</summary>
internal enum LockOutcome
{
    Done,

    /// <summary>It was so before.</summary>
    Already,

    NotFound,
}

/// <summary>
/// Locks conversations against being written to. The row is what every writer holds while it stores, so whoever has changed it knows that no
/// transaction which began before is still to come, and that those that begin now see it.
/// </summary>
internal sealed class LockStore(StorageGate gate, TimeProvider time)
{
    /// <summary>More are not told; what is left out is refused by the writer all the same.</summary>
    private const int MostListed = 10_000;

    private static readonly string RealtimeSql =
        $"SELECT id FROM conversations WHERE locked_at IS NOT NULL AND policy = {(short)ConversationPolicy.Realtime} ORDER BY locked_at DESC LIMIT {MostListed}";

    public Task<LockOutcome> LockAsync(string conversation, string reason, string by, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return gate.RunAsync(
            async (db, ct) => await OutcomeAsync(
                db,
                conversation,
                await db.Conversations.Where(c => c.Id == conversation && c.LockedAt == null)
                    .ExecuteUpdateAsync(c => c.SetProperty(p => p.LockedAt, now).SetProperty(p => p.LockedReason, reason).SetProperty(p => p.LockedBy, by), ct),
                ct),
            cancellation);
    }

    public Task<LockOutcome> UnlockAsync(string conversation, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) => await OutcomeAsync(
            db,
            conversation,
            await db.Conversations.Where(c => c.Id == conversation && c.LockedAt != null)
                .ExecuteUpdateAsync(
                    c => c.SetProperty(p => p.LockedAt, (long?)null).SetProperty(p => p.LockedReason, (string?)null).SetProperty(p => p.LockedBy, (string?)null), ct),
            ct),
        cancellation);

    /// <summary>Realtime conversations that are locked, those that were last first.</summary>
    public Task<List<string>> ListRealtimeAsync(CancellationToken cancellation) =>
        gate.RunAsync((db, ct) => db.RowsAsync(RealtimeSql, row => row.GetString(0), ct), cancellation);

    private static async Task<LockOutcome> OutcomeAsync(ChatDb db, string conversation, int changed, CancellationToken cancellation) =>
        changed > 0 ? LockOutcome.Done
        : await db.Conversations.AnyAsync(c => c.Id == conversation, cancellation) ? LockOutcome.Already
        : LockOutcome.NotFound;
}
