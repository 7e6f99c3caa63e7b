using System.Text;
using System.Text.Json;
using Chat.Contracts.Management;
using Chat.Server.Management.Api;
using Chat.Server.Management.Asking;
using Chat.Server.Storage;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Management.Answering;

/// <summary>What the log tells of messages. Bodies are measured here and leave only when an admin reveals one.</summary>
internal sealed class MessageAnswers(StorageGate gate, TimeProvider time)
{
    private const int MostTraces = 10;
    private const int MostDevices = 200;
    private const int MostCursors = 20_000;
    private const int HashDigits = 12;

    public Task<Reply<List<MessageView>>> ListAsync(MessagesQuestion question, CancellationToken timeUp) => gate.RunAsync<Reply<List<MessageView>>>(
        async (db, ct) =>
        {
            if (!await db.Conversations.AnyAsync(c => c.Id == question.Conversation, ct))
            {
                return Refusal.NotFound("conversation");
            }

            var before = question.Before ?? long.MaxValue;
            var rows = await db.Outbox.AsNoTracking()
                .Where(o => o.ConversationId == question.Conversation && o.Seq < before)
                .OrderByDescending(o => o.Seq)
                .Take(question.Limit)
                .ToListAsync(ct);
            var acked = await ConversationAnswers.Cursors(db, question.Conversation).Select(c => c.AckedSeq).Take(MostCursors).ToListAsync(ct);
            return rows.ConvertAll(o => View(o, acked.Count(a => a >= o.Seq), acked.Count(a => a < o.Seq)));
        },
        timeUp);

    public Task<Reply<BodyView>> RevealAsync(RevealQuestion question, CancellationToken timeUp) => gate.RunAsync<Reply<BodyView>>(
        async (db, ct) =>
        {
            var row = await db.Outbox.AsNoTracking().FirstOrDefaultAsync(o => o.ConversationId == question.Conversation && o.Seq == question.Seq, ct);
            if (row is null)
            {
                return Refusal.NotFound("message");
            }

            var gone = row.Body is null || row.ExpiresAt <= time.GetUtcNow().ToUnixTimeMilliseconds();
            return new BodyView { Conversation = row.ConversationId, Seq = row.Seq, Type = row.Type, Body = gone ? null : JsonElement.Parse(row.Body!) };
        },
        timeUp);

    public Task<Reply<List<MessageTrace>>> TraceAsync(TraceQuestion question, CancellationToken timeUp) => gate.RunAsync<Reply<List<MessageTrace>>>(
        async (db, ct) =>
        {
            var traces = new List<MessageTrace>();
            foreach (var row in await db.Outbox.AsNoTracking().Where(o => o.Id == question.Id).OrderBy(o => o.At).Take(MostTraces).ToListAsync(ct))
            {
                var devices = await ConversationAnswers.Cursors(db, row.ConversationId).OrderBy(c => c.UserId).ThenBy(c => c.DeviceId).Take(MostCursors).ToListAsync(ct);
                var readers = await db.Members.AsNoTracking()
                    .Where(m => m.ConversationId == row.ConversationId && m.ReadSeq >= row.Seq)
                    .OrderBy(m => m.UserId)
                    .Select(m => m.UserId)
                    .Take(MostDevices)
                    .ToListAsync(ct);
                traces.Add(new()
                {
                    Message = View(row, devices.Count(d => d.AckedSeq >= row.Seq), devices.Count(d => d.AckedSeq < row.Seq)),
                    Steps = [new TraceStep { At = DateTimeOffset.FromUnixTimeMilliseconds(row.At), What = "accepted", User = row.Sender }],
                    Devices = [.. devices.Take(MostDevices).Select(d => new TraceDevice { User = d.UserId, Device = d.DeviceId, AckedSeq = d.AckedSeq, Acknowledged = d.AckedSeq >= row.Seq })],
                    ReadBy = readers,
                    More = devices.Count > MostDevices,
                });
            }

            return traces;
        },
        timeUp);

    public Task<Reply<StoredUser>> UserAsync(UserQuestion question, CancellationToken timeUp) => gate.RunAsync<Reply<StoredUser>>(
        async (db, ct) =>
        {
            var conversations = await db.Members.CountAsync(m => m.UserId == question.User && m.LeftSeq == null, ct);
            var devices = await db.Devices.AsNoTracking().Where(d => d.UserId == question.User).OrderByDescending(d => d.LastSeenAt).Take(MostDevices).ToListAsync(ct);
            var owed = await (
                from c in db.Cursors.AsNoTracking()
                where c.UserId == question.User
                join m in db.Members on new { c.UserId, c.ConversationId } equals new { m.UserId, m.ConversationId }
                join v in db.Conversations on c.ConversationId equals v.Id
                let end = m.LeftSeq ?? v.HeadSeq
                where end > c.AckedSeq
                group end - c.AckedSeq by c.DeviceId into device
                select new { Device = device.Key, Owed = device.Sum() }).ToDictionaryAsync(d => d.Device, d => d.Owed, StringComparer.Ordinal, ct);
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var block = await db.Blocks.AsNoTracking().FirstOrDefaultAsync(b => b.UserId == question.User && (b.EndsAt == null || b.EndsAt > now), ct);
            var seen = devices.ConvertAll(d => new DeviceView
            {
                Id = d.DeviceId,
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(d.CreatedAt),
                LastSeenAt = DateTimeOffset.FromUnixTimeMilliseconds(d.LastSeenAt),
                Owed = owed.GetValueOrDefault(d.DeviceId),
            });
            return new StoredUser(conversations, seen, block is null ? null : BlockAnswers.View(block));
        },
        timeUp);

    private static MessageView View(OutboxRow row, int delivered, int queued) => new()
    {
        Conversation = row.ConversationId,
        Seq = row.Seq,
        Epoch = row.Epoch,
        Id = row.Id,
        Sender = row.Sender,
        Type = row.Type,
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.At),
        Ref = row.Ref,
        ExpiresAt = row.ExpiresAt is { } expires ? DateTimeOffset.FromUnixTimeMilliseconds(expires) : null,
        Bytes = row.Body is { } body ? Encoding.UTF8.GetByteCount(body) : null,
        Hash = Convert.ToHexStringLower(row.Hash) is var hex && hex.Length > HashDigits ? hex[..HashDigits] : hex,
        Delivered = delivered,
        Queued = queued,
    };
}
