using Chat.Contracts;
using Chat.Contracts.Management;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Storage;
using Chat.Server.Storage.Conversations;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;
using ConversationView = Chat.Contracts.Management.ConversationView;

namespace Chat.Server.Management.Answering;

/// <summary>What the database tells of conversations and their members.</summary>
internal sealed class ConversationAnswers(StorageGate gate, ConversationFigures figures, FeedTable feeds, TimeProvider time)
{
    /// <summary>Counting further costs more than it tells.</summary>
    private const int MostCounted = 10_000;

    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    public Task<Reply<Cut<ConversationView>>> ListAsync(ConversationsQuestion question, CancellationToken timeUp) => gate.RunAsync<Reply<Cut<ConversationView>>>(
        async (db, ct) =>
        {
            var rows = Where(db, question);
            var total = await rows.Take(MostCounted + 1).CountAsync(ct);
            var page = await Sort(rows, question.Sort, question.Descending).Skip(question.Skip).Take(question.Take).ToListAsync(ct);
            return new Cut<ConversationView>(Math.Min(total, MostCounted), total > MostCounted, await ViewAsync(db, page, question.With, ct));
        },
        timeUp);

    public Task<Reply<ConversationDetail>> DetailAsync(ConversationQuestion question, CancellationToken timeUp) => gate.RunAsync<Reply<ConversationDetail>>(
        async (db, ct) =>
        {
            if (await db.Conversations.AsNoTracking().FirstOrDefaultAsync(c => c.Id == question.Id, ct) is not { } row)
            {
                return Refusal.NotFound("conversation");
            }

            var view = (await ViewAsync(db, [row], [], ct))[0];

            var now = time.GetUtcNow();
            var latest = await db.Outbox.AsNoTracking().Where(o => o.ConversationId == question.Id).OrderByDescending(o => o.Seq).Take(MostCounted)
                .Select(o => new { o.At, Bytes = o.Body == null ? 0 : (long)o.Body.Length }).ToListAsync(ct);
            var times = latest.ConvertAll(m => m.At);
            var since = (now - Recent).ToUnixTimeMilliseconds();
            var owing = await Cursors(db, question.Id).CountAsync(c => c.AckedSeq < view.Head, ct);
            return new ConversationDetail { Conversation = view, MessagesPerMinute = times.Count(at => at >= since) / Recent.TotalMinutes, Rate = MessageRate.Of(times, times.Count == MostCounted, now), StoredBytes = view.Head - view.First < MostCounted ? latest.Sum(m => m.Bytes) : null, Owing = owing };
        },
        timeUp);

    public Task<Reply<Following>> FollowingAsync(FollowingQuestion question, CancellationToken timeUp) =>
        Task.FromResult<Reply<Following>>(new Following([.. question.Ids.Select(id => feeds.Find(id)?.Size ?? 0)]));

    public Task<Reply<Cut<MemberView>>> MembersAsync(MembersQuestion question, CancellationToken timeUp) => gate.RunAsync<Reply<Cut<MemberView>>>(
        async (db, ct) =>
        {
            var head = await db.Conversations.AsNoTracking().Where(c => c.Id == question.Conversation).Select(c => (long?)c.HeadSeq).FirstOrDefaultAsync(ct);
            if (head is not { } last)
            {
                return Refusal.NotFound("conversation");
            }

            var rows = db.Members.AsNoTracking().Where(m => m.ConversationId == question.Conversation);
            if (question.Search is { } search)
            {
                rows = rows.Where(m => m.UserId.Contains(search));
            }

            var standing = rows.Select(m => new
            {
                Member = m,
                Acked = db.Cursors.Where(c => c.UserId == m.UserId && c.ConversationId == m.ConversationId).Min(c => (long?)c.AckedSeq),
                Devices = db.Cursors.Count(c => c.UserId == m.UserId && c.ConversationId == m.ConversationId),
            });
            var sorted = (question.Sort, question.Descending) switch
            {
                ("lag", true) => standing.OrderByDescending(s => (s.Member.LeftSeq ?? last) - (s.Acked ?? s.Member.JoinedSeq - 1)).ThenBy(s => s.Member.UserId),
                ("lag", _) => standing.OrderBy(s => (s.Member.LeftSeq ?? last) - (s.Acked ?? s.Member.JoinedSeq - 1)).ThenBy(s => s.Member.UserId),
                ("joinedSeq", true) => standing.OrderByDescending(s => s.Member.JoinedSeq).ThenBy(s => s.Member.UserId),
                ("joinedSeq", _) => standing.OrderBy(s => s.Member.JoinedSeq).ThenBy(s => s.Member.UserId),
                (_, true) => standing.OrderByDescending(s => s.Member.UserId),
                _ => standing.OrderBy(s => s.Member.UserId),
            };
            var page = await sorted.Skip(question.Skip).Take(question.Take).ToListAsync(ct);
            return new Cut<MemberView>(await rows.CountAsync(ct), false, [.. page.Select(s => Member(s.Member, s.Acked, s.Devices, last))]);
        },
        timeUp);

    /// <summary>The places of all devices of those who are or were members.</summary>
    public static IQueryable<CursorRow> Cursors(ChatDb db, string conversation) =>
        from m in db.Members.AsNoTracking()
        where m.ConversationId == conversation
        join c in db.Cursors on new { m.UserId, m.ConversationId } equals new { c.UserId, c.ConversationId }
        select c;

    private static MemberView Member(MemberRow member, long? acked, int devices, long head) => new()
    {
        User = member.UserId,
        Role = member.Role == MemberRole.Owner ? MemberRoles.Owner : MemberRoles.Member,
        JoinedSeq = member.JoinedSeq,
        LeftSeq = member.LeftSeq,
        ReadSeq = member.ReadSeq,
        AckedSeq = acked,
        Devices = devices,
        Lag = Math.Max(0, (member.LeftSeq ?? head) - Math.Max(acked ?? member.ReadSeq, member.JoinedSeq - 1)),
    };

    private static IQueryable<ConversationRow> Where(ChatDb db, ConversationsQuestion question)
    {
        var rows = db.Conversations.AsNoTracking();
        if (question.Search is { } search)
        {
            rows = rows.Where(c => c.Id == search || (c.Title != null && c.Title.StartsWith(search)));
        }

        if (question.Kind is { } kind)
        {
            var wanted = StoredWords.Kind(kind);
            rows = rows.Where(c => c.Kind == wanted);
        }

        if (question.Policy is { } policy)
        {
            var wanted = policy == ConversationPolicies.Realtime ? ConversationPolicy.Realtime : ConversationPolicy.Durable;
            rows = rows.Where(c => c.Policy == wanted);
        }

        if (question.Locked)
        {
            rows = rows.Where(c => c.LockedAt != null);
        }

        return question.Member is { } member
            ? rows.Where(c => db.Members.Any(m => m.ConversationId == c.Id && m.UserId == member && m.LeftSeq == null))
            : rows;
    }

    private static IQueryable<ConversationRow> Sort(IQueryable<ConversationRow> rows, string sort, bool descending) => (sort, descending) switch
    {
        ("createdAt", true) => rows.OrderByDescending(c => c.CreatedAt).ThenBy(c => c.Id),
        ("createdAt", _) => rows.OrderBy(c => c.CreatedAt).ThenBy(c => c.Id),
        ("head", true) => rows.OrderByDescending(c => c.HeadSeq).ThenBy(c => c.Id),
        ("head", _) => rows.OrderBy(c => c.HeadSeq).ThenBy(c => c.Id),
        ("id", true) => rows.OrderByDescending(c => c.Id),
        ("id", _) => rows.OrderBy(c => c.Id),
        (_, true) => rows.OrderByDescending(c => c.UpdatedAt).ThenBy(c => c.Id),
        _ => rows.OrderBy(c => c.UpdatedAt).ThenBy(c => c.Id),
    };

    /// <summary>The rows of a page, with what was asked for beside.</summary>
    private async Task<List<ConversationView>> ViewAsync(ChatDb db, List<ConversationRow> rows, IReadOnlyList<string> with, CancellationToken ct)
    {
        var ids = rows.ConvertAll(c => c.Id).ToArray();
        var now = time.GetUtcNow();
        var members = await figures.MembersAsync(db, ids, ct);
        var rates = with.Contains(ConversationExtras.Rate) ? await figures.RatesAsync(db, ids, (now - Recent).ToUnixTimeMilliseconds(), ct) : null;
        var sizes = with.Contains(ConversationExtras.Size) ? await figures.SizesAsync(db, ids, ct) : null;
        var queued = with.Contains(ConversationExtras.Queued) ? await figures.QueuedAsync(db, ids, ct) : null;
        return rows.ConvertAll(c =>
        {
            var size = sizes is null ? null : StoredSize.Of(sizes.GetValueOrDefault(c.Id), c.HeadSeq - c.FirstSeq + 1);
            return View(c) with
            {
                Members = members.GetValueOrDefault(c.Id),
                MessagesPerMinute = rates?.GetValueOrDefault(c.Id) is { } rate ? MessageRate.AMinute(rate, Recent, now) : null,
                StoredBytes = size?.Bytes,
                StoredEstimated = size is { Estimated: true },
                Queued = queued?.GetValueOrDefault(c.Id)?.Users,
                QueuedMore = queued?.GetValueOrDefault(c.Id) is { More: true },
            };
        });
    }

    private static ConversationView View(ConversationRow c) => new()
    {
        Id = c.Id,
        Kind = StoredWords.Of(c.Kind),
        Title = c.Title,
        Policy = StoredWords.Of(c.Policy),
        Head = c.HeadSeq,
        First = c.FirstSeq,
        Epoch = c.Epoch,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(c.CreatedAt),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(c.UpdatedAt),
        LockedAt = c.LockedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
        LockedBy = c.LockedBy,
        LockedReason = c.LockedReason,
    };
}
