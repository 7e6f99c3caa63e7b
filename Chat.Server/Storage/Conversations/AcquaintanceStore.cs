using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Conversations;

/// <summary>Who shares a conversation with whom.</summary>
internal sealed class AcquaintanceStore(StorageGate gate)
{
    /// <summary>Those of <paramref name="users"/> that share a conversation with <paramref name="user"/>.</summary>
    public Task<HashSet<string>> KnownAsync(string user, IReadOnlyList<string> users, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) => (await (
                from mine in db.Members
                join other in db.Members on mine.ConversationId equals other.ConversationId
                where mine.UserId == user && mine.LeftSeq == null && other.LeftSeq == null && users.Contains(other.UserId)
                select other.UserId).Distinct().ToListAsync(ct))
            .ToHashSet(StringComparer.Ordinal),
        cancellation);

    /// <summary>Everybody who shares a conversation of at most <paramref name="largest"/> members with the user.</summary>
    public Task<List<string>> PeersAsync(string user, int largest, int most, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => (
                from mine in db.Members
                join other in db.Members on mine.ConversationId equals other.ConversationId
                where mine.UserId == user && mine.LeftSeq == null && other.LeftSeq == null && other.UserId != user
                    && db.Members.Where(m => m.ConversationId == mine.ConversationId && m.LeftSeq == null).Take(largest + 1).Count() <= largest
                select other.UserId).Distinct().Take(most).ToListAsync(ct),
        cancellation);

    /// <summary>All members of a conversation; empty when the user is none of them, or it is not there.</summary>
    public Task<List<string>> MembersAsync(string user, string conversation, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => db.Members
            .Where(m => m.ConversationId == conversation && m.LeftSeq == null
                && db.Members.Any(mine => mine.ConversationId == conversation && mine.UserId == user && mine.LeftSeq == null))
            .Select(m => m.UserId).ToListAsync(ct),
        cancellation);
}
