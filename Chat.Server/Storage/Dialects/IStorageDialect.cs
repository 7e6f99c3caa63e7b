using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Chat.Server.Storage.Writing;
using Microsoft.EntityFrameworkCore.Storage;

namespace Chat.Server.Storage.Dialects;

/// <summary>What must be said differently to each database, or said raw to be fast.</summary>
internal interface IStorageDialect
{
    /// <summary>Whether a statement costs a way to another process and back, so that it pays to save one.</summary>
    bool HasRoundTrips { get; }

    /// <summary>That a column is one of the values: the condition, and the value of its one parameter.</summary>
    (string Condition, object Value) AnyOf(string column, string parameter, string[] values);

    /// <summary>
    /// Locks the conversations in one order for all writers, then reads them and the senders' membership; the reading is a
    /// statement of its own, so that it sees what was committed while the locks were waited for.
    /// </summary>
    Task<BatchFacts> LockAsync(ChatDb db, string[] conversations, (string Conversation, string User)[] senders, CancellationToken cancellation);

    /// <summary>Inserts the rows, moves the heads and journals the commit.</summary>
    /// <param name="commit">With it the transaction is committed, too, without another round trip where there are such.</param>
    Task InsertAsync(ChatDb db, BatchPlan plan, string moves, long now, IDbContextTransaction? commit, CancellationToken cancellation);

    /// <summary>
    /// Locks, inserts the rows, moves the heads, journals and commits in one request, if the heads, epochs and memberships are as
    /// <paramref name="facts"/> has them and no operator has locked one; false when they are not, and nothing is stored. Where there are round trips only.
    /// </summary>
    Task<bool> InsertIfHeldAsync(ChatDb db, BatchPlan plan, BatchFacts facts, string moves, long now, CancellationToken cancellation);

    /// <summary>
    /// Journals a commit that adds no events, as nobody's, so that every process reads it, this one too; part of the transaction under way.
    /// </summary>
    Task JournalAsync(ChatDb db, string moves, long now, CancellationToken cancellation);

    /// <summary>Moves cursors forward, never back.</summary>
    Task SaveAcksAsync(ChatDb db, IReadOnlyList<AckedCursor> acks, CancellationToken cancellation);

    /// <summary>Reads what was committed since <paramref name="position"/>; may tell a move twice, never omits one.</summary>
    /// <param name="own">Also what this process committed.</param>
    Task<CommitPage> ReadMovesAsync(ChatDb db, long position, bool own, CancellationToken cancellation);

    /// <summary>Where a follower that starts now begins.</summary>
    Task<long> CommitPositionAsync(ChatDb db, CancellationToken cancellation);
}
