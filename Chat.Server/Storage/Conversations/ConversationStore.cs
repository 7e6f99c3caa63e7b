using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Conversations;

/// <summary>Creates conversations and tells of them.</summary>
internal sealed class ConversationStore(StorageGate gate, IStorageDialect dialect, TimeProvider time)
{
    /// <summary>Counting stops here: what a member has not read is not worth reading a whole log for.</summary>
    public const int UnreadMax = 1_000;

    /// <summary>Answers the id of the new conversation, or of the one that has the unique key already.</summary>
    public Task<string> CreateAsync(NewConversation conversation, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            try
            {
                await InsertAsync(db, conversation, ct);
                return conversation.Id;
            }
            catch (Exception e) when (StorageFaults.Classify(e) == StorageFault.Unique)
            {
                // Another call with the same key was first, or it was this one and its reply was lost.
                db.ChangeTracker.Clear();
                return await db.Conversations.AsNoTracking()
                    .Where(c => c.Id == conversation.Id || (conversation.UniqueKey != null && c.UniqueKey == conversation.UniqueKey))
                    .Select(c => c.Id)
                    .FirstAsync(ct);
            }
        },
        cancellation);

    /// <summary>Saves the statement of an insert that would fail: direct conversations are asked for again and again.</summary>
    public Task<string?> FindByKeyAsync(string uniqueKey, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => db.Conversations.AsNoTracking().Where(c => c.UniqueKey == uniqueKey).Select(c => c.Id).FirstOrDefaultAsync(ct),
        cancellation);

    /// <summary>Null when it is not there or the user is not a member.</summary>
    public async Task<ConversationView?> FindAsync(string user, string conversation, CancellationToken cancellation)
    {
        var views = await ReadAsync(user, mine => mine.Where(m => m.ConversationId == conversation), most: 1, cancellation);
        return views.Count == 0 ? null : views[0];
    }

    /// <summary>Those with the newest events first.</summary>
    public Task<IReadOnlyList<ConversationView>> ListAsync(string user, int most, CancellationToken cancellation) =>
        ReadAsync(user, mine => mine, most, cancellation);

    /// <summary>Owners first, then by standing; nobody when the conversation is not there.</summary>
    public Task<List<ConversationMember>> MembersAsync(string conversation, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => db.Members.AsNoTracking()
            .Where(m => m.ConversationId == conversation && m.LeftSeq == null)
            .OrderByDescending(m => m.Role).ThenBy(m => m.JoinedSeq).ThenBy(m => m.UserId)
            .Select(m => new ConversationMember(m.UserId, m.Role))
            .ToListAsync(ct),
        cancellation);

    public Task<bool> IsMemberAsync(string user, string conversation, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => db.Members.AnyAsync(m => m.ConversationId == conversation && m.UserId == user && m.LeftSeq == null, ct),
        cancellation);

    private async Task InsertAsync(ChatDb db, NewConversation conversation, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        db.Conversations.Add(new ConversationRow
        {
            Id = conversation.Id,
            Kind = conversation.Kind,
            Title = conversation.Title,
            Policy = conversation.Policy,
            UniqueKey = conversation.UniqueKey,
            CreatedAt = now,
            UpdatedAt = now,
        });
        db.Members.AddRange(conversation.Members.Select(m => new MemberRow
        {
            ConversationId = conversation.Id,
            UserId = m.User,
            Role = m.Role,
            JoinedSeq = 1,
        }));
        await db.SaveChangesAsync(cancellation);

        // Followers on other nodes learn of it as they learn of everything else.
        await dialect.JournalAsync(db, CommitMoves.Created(conversation.Id), now, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private Task<IReadOnlyList<ConversationView>> ReadAsync(
        string user, Func<IQueryable<MemberRow>, IQueryable<MemberRow>> which, int most, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var mine = which(db.Members.AsNoTracking().Where(m => m.UserId == user && m.LeftSeq == null));
            var found = await (
                from m in mine
                join c in db.Conversations.AsNoTracking() on m.ConversationId equals c.Id
                orderby c.UpdatedAt descending, c.Id
                select new
                {
                    Conversation = c,
                    m.JoinedSeq,
                    m.ReadSeq,
                    Unread = db.Outbox
                        .Where(o => o.ConversationId == c.Id && o.Seq > m.ReadSeq && o.Seq >= m.JoinedSeq && o.Sender != user
                            && o.Body != null && !o.Type.StartsWith("$"))
                        .Take(UnreadMax)
                        .Count(),
                }).Take(most).ToListAsync(ct);

            var ids = found.ConvertAll(f => f.Conversation.Id);
            var members = (await db.Members.AsNoTracking()
                    .Where(m => ids.Contains(m.ConversationId) && m.LeftSeq == null)
                    .OrderByDescending(m => m.Role).ThenBy(m => m.JoinedSeq).ThenBy(m => m.UserId)
                    .Select(m => new { m.ConversationId, m.UserId, m.Role })
                    .ToListAsync(ct))
                .ToLookup(m => m.ConversationId, m => new ConversationMember(m.UserId, m.Role));
            return (IReadOnlyList<ConversationView>)found.ConvertAll(f => new ConversationView(
                f.Conversation.Id,
                f.Conversation.Kind,
                f.Conversation.Title,
                f.Conversation.Policy,
                f.Conversation.Epoch,
                f.Conversation.HeadSeq,
                Math.Max(f.Conversation.FirstSeq, f.JoinedSeq),
                f.ReadSeq,
                f.Unread,
                f.Conversation.LockedAt is not null,
                [.. members[f.Conversation.Id]]));
        },
        cancellation);
}
