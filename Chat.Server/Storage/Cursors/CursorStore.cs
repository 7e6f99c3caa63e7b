using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Cursors;

/// <summary>Devices and how far each has acknowledged.</summary>
internal sealed class CursorStore(StorageGate gate, IStorageDialect dialect, TimeProvider time)
{
    /// <summary>
    /// Registers the device when it is new, making its cursors at what its user had neither read nor left, and answers all that it follows
    /// and must be told.
    /// </summary>
    /// <param name="maxDevices">Over this the device that was idle longest is forgotten.</param>
    public Task<OpenedDevice> OpenDeviceAsync(string user, string device, int maxDevices, CancellationToken cancellation) =>
        gate.RunAsync(
            async (db, ct) =>
            {
                var now = time.GetUtcNow().ToUnixTimeMilliseconds();
                var (isKnown, opened) = await DeviceOpening.ReadAsync(db, user, device, now, ct);
                if (isKnown)
                {
                    return opened;
                }

                await RegisterAsync(db, user, device, maxDevices, now, ct);
                return (await DeviceOpening.ReadAsync(db, user, device, now, ct)).Opened;
            },
            cancellation);

    /// <summary>Does what opening a known device does, for one that nobody has: nothing is changed, and what a first connection would wait for has been compiled.</summary>
    public Task OpenNobodysAsync(CancellationToken cancellation) => gate.RunAsync((db, ct) => DeviceOpening.ReadAsync(db, "", "", now: 0, ct), cancellation);

    /// <summary>Moves cursors forward; the greatest acknowledged counts.</summary>
    public Task SaveAsync(IReadOnlyList<AckedCursor> acks, CancellationToken cancellation) =>
        gate.RunAsync((db, ct) => dialect.SaveAcksAsync(db, acks, ct), cancellation);

    /// <summary>Sets cursors back: the log was rewound below them.</summary>
    public Task RewindAsync(string user, string device, string conversation, long seq, CancellationToken cancellation) =>
        gate.RunAsync(
            (db, ct) => db.Cursors
                .Where(c => c.UserId == user && c.DeviceId == device && c.ConversationId == conversation && c.AckedSeq > seq)
                .ExecuteUpdateAsync(c => c.SetProperty(p => p.AckedSeq, seq), ct),
            cancellation);

    /// <summary>
    /// Sets the cursors of all of a member's devices back, so that each is sent what follows <paramref name="seq"/> once more when it connects. Others' stay.
    /// </summary>
    /// <returns>How it was, or why not.</returns>
    public Task<MemberRewind> RewindMemberAsync(string user, string conversation, long seq, CancellationToken cancellation) => gate.RunAsync(
        async (db, ct) =>
        {
            var place = await (
                from m in db.Members.AsNoTracking()
                join c in db.Conversations on m.ConversationId equals c.Id
                where m.ConversationId == conversation && m.UserId == user && m.LeftSeq == null
                select new { m.JoinedSeq, c.FirstSeq, c.HeadSeq }).FirstOrDefaultAsync(ct);
            if (place is null)
            {
                return new MemberRewind(Found: false, 0, 0, 0);
            }

            var first = Math.Max(place.JoinedSeq, place.FirstSeq);
            var devices = seq + 1 < first || seq >= place.HeadSeq ? 0 : await db.Cursors
                .Where(c => c.UserId == user && c.ConversationId == conversation && c.AckedSeq > seq)
                .ExecuteUpdateAsync(c => c.SetProperty(p => p.AckedSeq, seq), ct);
            return new MemberRewind(Found: true, first, place.HeadSeq, devices);
        },
        cancellation);

    private static async Task RegisterAsync(ChatDb db, string user, string device, int maxDevices, long now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var others = await db.Devices.AsNoTracking().Where(d => d.UserId == user).OrderBy(d => d.LastSeenAt).Select(d => d.DeviceId).ToListAsync(ct);
        foreach (var idle in others.Take(Math.Max(0, others.Count - maxDevices + 1)))
        {
            await db.Cursors.Where(c => c.UserId == user && c.DeviceId == idle).ExecuteDeleteAsync(ct);
            await db.Subscriptions.Where(s => s.UserId == user && s.DeviceId == idle).ExecuteDeleteAsync(ct);
            await db.DeliveryRounds.Where(r => r.UserId == user && r.DeviceId == idle).ExecuteDeleteAsync(ct);
            await db.DeadLetters.Where(d => d.UserId == user && d.DeviceId == idle).ExecuteDeleteAsync(ct);
            await db.Devices.Where(d => d.UserId == user && d.DeviceId == idle).ExecuteDeleteAsync(ct);
        }

        // Two first connects of one device may race: the first one's rows stand.
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO devices (user_id, device_id, created_at, last_seen_at) VALUES ({user}, {device}, {now}, {now}) ON CONFLICT DO NOTHING", ct);
        await db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO cursors (user_id, device_id, conversation_id, acked_seq)
             SELECT user_id, {device}, conversation_id, CASE WHEN joined_seq - 1 > read_seq THEN joined_seq - 1 ELSE read_seq END
             FROM members WHERE user_id = {user}
             ON CONFLICT DO NOTHING
             """,
            ct);
        await transaction.CommitAsync(ct);
    }
}
