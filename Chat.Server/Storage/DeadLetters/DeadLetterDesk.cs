using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.DeadLetters;

/// <summary>What an operator sees of dead letters and does about them. Every act is done once, however many press at the same time.</summary>
internal sealed class DeadLetterDesk(StorageGate gate, IStorageDialect dialect, TimeProvider time)
{
    /// <summary>Most letters that one act changes; its rows are locked while it lasts.</summary>
    public const int MostAtOnce = 1_000;

    private const int MostGroups = 100;

    /// <summary>Newest first.</summary>
    public Task<DeadLetterPage> ListAsync(DeadLetterFilter filter, DeadLetterPosition? after, int limit, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var letters = Matching(db, filter);
            if (after is { } position)
            {
                letters = letters.Where(d => d.LastAt < position.LastAt || (d.LastAt == position.LastAt && d.Id.CompareTo(position.Id) < 0));
            }

            var page = await letters.OrderByDescending(d => d.LastAt).ThenByDescending(d => d.Id).Take(limit + 1).ToListAsync(ct);
            var more = page.Count > limit;
            if (more)
            {
                page.RemoveAt(limit);
            }

            return new DeadLetterPage(page, more ? new(page[^1].LastAt, page[^1].Id) : null);
        },
        cancellation);

    public Task<DeadLetterRow?> FindAsync(string id, CancellationToken cancellation) =>
        gate.RunAsync((db, ct) => db.DeadLetters.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, ct), cancellation);

    /// <summary>By last error, the largest first.</summary>
    public Task<List<DeadLetterGroup>> GroupAsync(DeadLetterFilter filter, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) => (await Matching(db, filter)
                .GroupBy(d => d.LastError)
                .Select(g => new
                {
                    Error = g.Key,
                    Count = g.Count(),
                    Devices = g.Select(d => d.UserId + " " + d.DeviceId).Distinct().Count(),
                    FirstAt = g.Min(d => d.FirstAt),
                    LastAt = g.Max(d => d.LastAt),
                })
                .OrderByDescending(g => g.Count)
                .Take(MostGroups)
                .ToListAsync(ct))
            .ConvertAll(g => new DeadLetterGroup(g.Error, g.Count, g.Devices, g.FirstAt, g.LastAt)),
        cancellation);

    public Task<DeadLetterCounts> CountAsync(CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var rows = await db.RowsAsync(
                "SELECT state, count(*) FROM dead_letters GROUP BY state", row => KeyValuePair.Create((DeadLetterState)row.GetInt16(0), row.GetInt64(1)), ct);
            var counts = rows.ToDictionary();
            return new DeadLetterCounts(
                counts.GetValueOrDefault(DeadLetterState.Dead),
                counts.GetValueOrDefault(DeadLetterState.Replaying),
                counts.GetValueOrDefault(DeadLetterState.Replayed),
                counts.GetValueOrDefault(DeadLetterState.Discarded));
        },
        cancellation);

    /// <summary>How many match.</summary>
    public Task<int> CountAsync(DeadLetterFilter filter, CancellationToken cancellation) =>
        gate.RunAsync((db, ct) => Matching(db, filter).CountAsync(ct), cancellation);

    /// <summary>Has dead letters sent again: same id and seq, marked. Waits for devices that are away.</summary>
    public Task<DeadLetterAct> ReplayAsync(DeadLetterFilter filter, string? by, CancellationToken cancellation) =>
        ActAsync(db => Matching(db, filter with { State = DeadLetterState.Dead }), DeadLetterState.Replaying, by, cancellation);

    /// <inheritdoc cref="ReplayAsync(DeadLetterFilter, string?, CancellationToken)"/>
    public Task<DeadLetterAct> ReplayAsync(IReadOnlyCollection<string> ids, string? by, CancellationToken cancellation) =>
        ActAsync(db => db.DeadLetters.Where(d => ids.Contains(d.Id) && d.State == DeadLetterState.Dead), DeadLetterState.Replaying, by, cancellation);

    /// <summary>Gives dead letters up for good, also such as wait for their replay.</summary>
    public Task<DeadLetterAct> DiscardAsync(DeadLetterFilter filter, string? by, CancellationToken cancellation) =>
        ActAsync(db => Open(Matching(db, filter)), DeadLetterState.Discarded, by, cancellation);

    /// <inheritdoc cref="DiscardAsync(DeadLetterFilter, string?, CancellationToken)"/>
    public Task<DeadLetterAct> DiscardAsync(IReadOnlyCollection<string> ids, string? by, CancellationToken cancellation) =>
        ActAsync(db => Open(db.DeadLetters.Where(d => ids.Contains(d.Id))), DeadLetterState.Discarded, by, cancellation);

    private Task<DeadLetterAct> ActAsync(
        Func<ChatDb, IQueryable<DeadLetterRow>> which, DeadLetterState to, string? by, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var found = await which(db).OrderBy(d => d.Id).Select(d => new { d.Id, d.UserId }).Take(MostAtOnce + 1).ToListAsync(ct);
            var ids = found.Take(MostAtOnce).Select(d => d.Id).ToList();

            // Asked again under the rows' locks: whoever was quicker has done it, and this call counts only what it moved.
            var changed = ids.Count == 0 ? 0 : await which(db)
                .Where(d => ids.Contains(d.Id))
                .ExecuteUpdateAsync(d => d.SetProperty(p => p.State, to).SetProperty(p => p.ActedBy, by).SetProperty(p => p.ActedAt, now), ct);
            if (changed > 0 && to == DeadLetterState.Replaying)
            {
                await dialect.JournalAsync(db, CommitMoves.OfUsers([.. found.Take(MostAtOnce).Select(d => d.UserId).Distinct()]), now, ct);
            }

            await transaction.CommitAsync(ct);
            return new DeadLetterAct(changed, found.Count > MostAtOnce);
        },
        cancellation);

    private static IQueryable<DeadLetterRow> Open(IQueryable<DeadLetterRow> letters) =>
        letters.Where(d => d.State == DeadLetterState.Dead || d.State == DeadLetterState.Replaying);

    private static IQueryable<DeadLetterRow> Matching(ChatDb db, DeadLetterFilter filter)
    {
        var letters = db.DeadLetters.AsNoTracking();
        letters = filter.State is { } state ? letters.Where(d => d.State == state) : letters;
        letters = filter.User is { } user ? letters.Where(d => d.UserId == user) : letters;
        letters = filter.Device is { } device ? letters.Where(d => d.DeviceId == device) : letters;
        letters = filter.Conversation is { } conversation ? letters.Where(d => d.ConversationId == conversation) : letters;
        letters = filter.EventType is { } type ? letters.Where(d => d.EventType == type) : letters;
        letters = filter.DiedFrom is { } from ? letters.Where(d => d.LastAt >= from) : letters;
        letters = filter.DiedTo is { } to ? letters.Where(d => d.LastAt <= to) : letters;
        return filter.Error switch
        {
            null => letters,
            "" => letters.Where(d => d.LastError == null),
            var error => letters.Where(d => d.LastError == error),
        };
    }
}
