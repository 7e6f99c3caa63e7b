using Chat.Contracts;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.DeadLetters;

/// <summary>Failed rounds, what becomes of them, and replays: what delivery asks about one device.</summary>
internal sealed class DeadLetterStore(StorageGate gate, LogReader log, TimeProvider time)
{
    /// <summary>
    /// Counts a failed round with the device's cursor. With the last one that the event is given, it becomes a dead letter in the same transaction;
    /// the cursor is set right before it, so that a device which has not been told begins there and is told.
    /// </summary>
    public Task<RoundOutcome> CountAsync(FailedRound round, RoundLimits limits, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var outcome = await CountAsync(db, round, limits, now, ct);
            await transaction.CommitAsync(ct);
            return outcome;
        },
        cancellation);

    /// <summary>Dead letters of the device that are to be sent again, oldest first.</summary>
    /// <param name="except">Ids that are under way already.</param>
    /// <param name="mayFollow">Whether the user has the right to a topic: topics have no members.</param>
    public Task<List<Replay>> ReplaysAsync(
        string user, string device, IReadOnlyCollection<string> except, int most, Func<string, bool> mayFollow, CancellationToken cancellation) =>
        gate.RunAsync(
            async (db, ct) =>
            {
                var rows = await (
                    from d in db.DeadLetters.AsNoTracking()
                    from m in db.Members.Where(m => m.ConversationId == d.ConversationId && m.UserId == d.UserId).DefaultIfEmpty()
                    where d.UserId == user && d.DeviceId == device && d.State == DeadLetterState.Replaying && !except.Contains(d.Id)
                    orderby d.ActedAt, d.ConversationId, d.Seq
                    select new
                    {
                        d.Id,
                        d.ConversationId,
                        d.Seq,
                        d.Attempts,
                        MaySee = m != null && m.JoinedSeq <= d.Seq && (m.LeftSeq == null || m.LeftSeq >= d.Seq),
                    }).Take(most).ToListAsync(ct);
                var replays = new List<Replay>(rows.Count);
                foreach (var row in rows)
                {
                    var maySee = row.MaySee || (TopicIds.IsTopic(row.ConversationId) && mayFollow(row.ConversationId));
                    var found = maySee ? await log.ReadAsync(row.ConversationId, row.Seq - 1, row.Seq, limit: 1, ct) : [];
                    replays.Add(new(row.Id, row.ConversationId, row.Seq, row.Attempts + 1, found.Count == 0 ? null : found[0]));
                }

                return replays;
            },
            cancellation);

    /// <summary>The device has acknowledged a replay.</summary>
    public Task ReplayedAsync(string id, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => db.DeadLetters
            .Where(d => d.Id == id && d.State == DeadLetterState.Replaying)
            .ExecuteUpdateAsync(d => d.SetProperty(p => p.State, DeadLetterState.Replayed), ct),
        cancellation);

    /// <summary>The device failed at a replay: it is dead again.</summary>
    public Task ReplayFailedAsync(string id, string reason, string? error, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return gate.RunAsync(
            (db, ct) => db.DeadLetters
                .Where(d => d.Id == id && d.State == DeadLetterState.Replaying)
                .ExecuteUpdateAsync(
                    d => d.SetProperty(p => p.State, DeadLetterState.Dead)
                        .SetProperty(p => p.Attempts, p => p.Attempts + 1)
                        .SetProperty(p => p.Reason, reason)
                        .SetProperty(p => p.LastError, p => error ?? p.LastError)
                        .SetProperty(p => p.LastAt, now),
                    ct),
            cancellation);
    }

    /// <summary>The device may not see the event, or the log does not hold it any more.</summary>
    public Task ReplayVoidAsync(string id, CancellationToken cancellation) => gate.RunAsync(
        (db, ct) => db.DeadLetters
            .Where(d => d.Id == id && d.State == DeadLetterState.Replaying)
            .ExecuteUpdateAsync(d => d.SetProperty(p => p.State, DeadLetterState.Discarded), ct),
        cancellation);

    private static async Task<RoundOutcome> CountAsync(ChatDb db, FailedRound round, RoundLimits limits, long now, CancellationToken ct)
    {
        if (await db.Cursors.AnyAsync(
            c => c.UserId == round.User && c.DeviceId == round.Device && c.ConversationId == round.Conversation && c.AckedSeq >= round.Seq, ct))
        {
            // Another connection of the device got over it.
            return RoundOutcome.Counted;
        }

        if (await IsDeadAsync(db, round, ct))
        {
            return RoundOutcome.Buried;
        }

        var rounds = await CountedAsync(db, round, now, now - (long)limits.Apart.TotalMilliseconds, ct);
        return rounds < limits.Rounds ? RoundOutcome.Counted : await BuryAsync(db, round, limits.PerDevice, now, ct);
    }

    private static Task<bool> IsDeadAsync(ChatDb db, FailedRound round, CancellationToken ct) => db.DeadLetters.AnyAsync(
        d => d.UserId == round.User && d.DeviceId == round.Device && d.ConversationId == round.Conversation && d.Seq == round.Seq, ct);

    /// <summary>How many rounds the event has failed by now; 0 when the cursor stands at a later one.</summary>
    private static async Task<int> CountedAsync(ChatDb db, FailedRound round, long now, long countedBefore, CancellationToken ct)
    {
        var counted = await db.Database.SqlQuery<int>(
            $"""
             INSERT INTO delivery_rounds AS r (user_id, device_id, conversation_id, seq, rounds, first_error, last_error, first_at, last_at)
             VALUES ({round.User}, {round.Device}, {round.Conversation}, {round.Seq}, 1, {round.Error}, {round.Error}, {now}, {now})
             ON CONFLICT (user_id, device_id, conversation_id) DO UPDATE SET
                 rounds = CASE WHEN r.seq < excluded.seq THEN 1 WHEN r.last_at <= {countedBefore} THEN r.rounds + 1 ELSE r.rounds END,
                 first_error = CASE WHEN r.seq < excluded.seq THEN excluded.first_error ELSE COALESCE(r.first_error, excluded.first_error) END,
                 last_error = CASE WHEN r.seq < excluded.seq THEN excluded.last_error ELSE COALESCE(excluded.last_error, r.last_error) END,
                 first_at = CASE WHEN r.seq < excluded.seq THEN excluded.first_at ELSE r.first_at END,
                 last_at = CASE WHEN r.seq < excluded.seq OR r.last_at <= {countedBefore} THEN excluded.last_at ELSE r.last_at END,
                 seq = excluded.seq
             WHERE r.seq <= excluded.seq
             RETURNING rounds AS "Value"
             """).ToListAsync(ct);
        return counted.Count == 0 ? 0 : counted[0];
    }

    private static async Task<RoundOutcome> BuryAsync(ChatDb db, FailedRound round, int perDevice, long now, CancellationToken ct)
    {
        var e = await db.Outbox.AsNoTracking()
            .Where(o => o.ConversationId == round.Conversation && o.Seq == round.Seq)
            .Select(o => new { o.Id, o.Type, o.Sender, o.ExpiresAt })
            .FirstOrDefaultAsync(ct);
        if (e is null || e.ExpiresAt <= now)
        {
            return RoundOutcome.Expired;
        }

        var kept = await db.DeadLetters.CountAsync(
            d => d.UserId == round.User && d.DeviceId == round.Device && (d.State == DeadLetterState.Dead || d.State == DeadLetterState.Replaying), ct);
        if (kept >= perDevice)
        {
            return RoundOutcome.OverQuota;
        }

        var rounds = await db.DeliveryRounds.SingleAsync(
            r => r.UserId == round.User && r.DeviceId == round.Device && r.ConversationId == round.Conversation, ct);
        db.DeliveryRounds.Remove(rounds);
        db.DeadLetters.Add(new DeadLetterRow
        {
            Id = Guid.CreateVersion7().ToString("n"),
            UserId = round.User,
            DeviceId = round.Device,
            ConversationId = round.Conversation,
            Seq = round.Seq,
            EventId = e.Id,
            EventType = e.Type,
            Sender = e.Sender,
            Reason = round.Reason,
            Attempts = rounds.Rounds,
            FirstError = rounds.FirstError,
            LastError = rounds.LastError,
            FirstAt = rounds.FirstAt,
            LastAt = now,
        });
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO cursors (user_id, device_id, conversation_id, acked_seq) VALUES ({round.User}, {round.Device}, {round.Conversation}, {round.Seq - 1})
             ON CONFLICT (user_id, device_id, conversation_id) DO UPDATE SET acked_seq = excluded.acked_seq WHERE cursors.acked_seq < excluded.acked_seq
             """,
            ct);
        return RoundOutcome.Buried;
    }
}
