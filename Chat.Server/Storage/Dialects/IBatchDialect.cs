using Chat.Server.Storage.Model;
using Chat.Server.Storage.Writing;

namespace Chat.Server.Storage.Dialects;

/// <summary>The two statements of a batch that decide its speed, in the words of one database.</summary>
internal interface IBatchDialect
{
    /// <summary>
    /// Locks the conversations in one order for all writers, then reads them and the senders' membership; the reading is a
    /// statement of its own, so that it sees what was committed while the locks were waited for.
    /// </summary>
    Task<BatchFacts> LockAsync(ChatDb db, string[] conversations, (string Conversation, string User)[] senders, CancellationToken cancellation);

    /// <summary>Inserts the rows, moves the heads and journals the commit.</summary>
    Task InsertAsync(ChatDb db, BatchPlan plan, string moves, long now, CancellationToken cancellation);
}
