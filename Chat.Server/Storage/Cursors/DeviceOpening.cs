using System.Data.Common;
using Chat.Server.Storage.DeadLetters;
using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.Cursors;

/// <summary>
/// All that a connection asks when it begins, in one request: after a restart thousands ask within seconds, a process that has compiled little yet.
/// </summary>
internal static class DeviceOpening
{
    private const string Sql =
        """
        UPDATE devices SET last_seen_at = @now WHERE user_id = @user AND device_id = @device RETURNING 1;

        SELECT s.conversation_id, k.acked_seq, c.head_seq, c.first_seq, c.policy
        FROM subscriptions s
        JOIN conversations c ON c.id = s.conversation_id
        JOIN cursors k ON k.user_id = s.user_id AND k.device_id = s.device_id AND k.conversation_id = s.conversation_id
        WHERE s.user_id = @user AND s.device_id = @device;

        SELECT m.conversation_id, k.acked_seq, c.head_seq, c.first_seq, c.policy, m.joined_seq, m.left_seq, m.read_seq
        FROM members m
        JOIN conversations c ON c.id = m.conversation_id
        LEFT JOIN cursors k ON k.user_id = @user AND k.device_id = @device AND k.conversation_id = m.conversation_id
        WHERE m.user_id = @user;

        SELECT d.conversation_id, d.seq, k.acked_seq, d.state
        FROM dead_letters d
        JOIN cursors k ON k.user_id = d.user_id AND k.device_id = d.device_id AND k.conversation_id = d.conversation_id
        WHERE d.user_id = @user AND d.device_id = @device AND (d.state = @replaying OR d.seq > k.acked_seq);
        """;

    /// <summary>Notes that the device was seen and reads what it follows and must be told.</summary>
    public static async Task<(bool IsKnown, OpenedDevice Opened)> ReadAsync(ChatDb db, string user, string device, long now, CancellationToken ct)
    {
        await using var command = await db.CommandAsync(
            Sql, ct, ("user", user), ("device", device), ("now", now), ("replaying", (short)DeadLetterState.Replaying));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var isKnown = false;
        while (await reader.ReadAsync(ct))
        {
            isKnown = true;
        }

        var following = new List<Following>();
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            following.Add(Topic(reader));
        }

        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            if (Conversation(reader) is var f && (f.End is null || f.End > f.Position))
            {
                following.Add(f);
            }
        }

        await reader.NextResultAsync(ct);
        var letters = await LettersAsync(reader, ct);
        return (isKnown, new(following, letters));
    }

    private static Following Topic(DbDataReader row) =>
        new(row.GetString(0), row.GetInt64(1), null, row.GetInt64(2), row.GetInt64(3), ReadSeq: 0, (ConversationPolicy)row.GetInt16(4));

    private static Following Conversation(DbDataReader row) => new(
        row.GetString(0),
        Math.Max(row.LongOrNull(1) ?? 0, row.GetInt64(5) - 1),
        row.LongOrNull(6),
        row.GetInt64(2),
        row.GetInt64(3),
        row.GetInt64(7),
        (ConversationPolicy)row.GetInt16(4));

    private static async Task<DeviceLetters> LettersAsync(DbDataReader reader, CancellationToken ct)
    {
        HashSet<(string, long)>? skipped = null;
        var replays = false;
        while (await reader.ReadAsync(ct))
        {
            if (reader.GetInt64(1) > reader.GetInt64(2))
            {
                (skipped ??= []).Add((reader.GetString(0), reader.GetInt64(1)));
            }

            replays |= (DeadLetterState)reader.GetInt16(3) == DeadLetterState.Replaying;
        }

        return skipped is null && !replays ? DeviceLetters.None : new(skipped ?? [], replays);
    }
}
