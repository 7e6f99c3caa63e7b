using System.Text;
using System.Text.Json;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Chat.Server.Storage.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Chat.Server.Storage.Dialects;

/// <summary>
/// SQLite runs in this process, so a statement per row costs no round trip. The transaction is <c>BEGIN IMMEDIATE</c>: it holds
/// the database's only write lock, which is a lock on every conversation.
/// </summary>
internal sealed class SqliteDialect(ProcessIdentity process) : IStorageDialect
{
    public bool HasRoundTrips => false;

    public (string Condition, object Value) AnyOf(string column, string parameter, string[] values) =>
        ($"{column} IN (SELECT value FROM json_each(@{parameter}))", JsonSerializer.Serialize(values));

    public Task<bool> InsertIfHeldAsync(ChatDb db, BatchPlan plan, BatchFacts facts, string moves, long now, CancellationToken cancellation) =>
        Task.FromResult(false);

    public async Task<BatchFacts> LockAsync(ChatDb db, string[] conversations, (string Conversation, string User)[] senders, CancellationToken cancellation)
    {
        var facts = new BatchFacts();
        await using (var command = Command(db, "SELECT id, kind, policy, epoch, head_seq, locked_at IS NOT NULL FROM conversations WHERE id IN (SELECT value FROM json_each($ids))"))
        {
            command.Parameters.AddWithValue("$ids", JsonSerializer.Serialize(conversations));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var id = reader.GetString(0);
                facts.Conversations[id] = new(
                    id, (ConversationKind)reader.GetInt16(1), (ConversationPolicy)reader.GetInt16(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetBoolean(5));
            }
        }

        await using (var command = Command(db, "SELECT role, joined_seq, left_seq FROM members WHERE conversation_id = $c AND user_id = $u"))
        {
            var conversation = command.Parameters.Add("$c", SqliteType.Text);
            var user = command.Parameters.Add("$u", SqliteType.Text);
            foreach (var sender in senders)
            {
                (conversation.Value, user.Value) = sender;
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                if (await reader.ReadAsync(cancellation))
                {
                    facts.Members[sender] = new(
                        sender.Conversation,
                        sender.User,
                        (MemberRole)reader.GetInt16(0),
                        reader.GetInt64(1),
                        reader.IsDBNull(2) ? null : reader.GetInt64(2));
                }
            }
        }

        return facts;
    }

    public async Task InsertAsync(ChatDb db, BatchPlan plan, string moves, long now, IDbContextTransaction? commit, CancellationToken cancellation)
    {
        await InsertRowsAsync(db, plan, cancellation);
        await using (var command = Command(db, "UPDATE conversations SET head_seq = $head, updated_at = $now WHERE id = $id"))
        {
            var id = command.Parameters.Add("$id", SqliteType.Text);
            var head = command.Parameters.Add("$head", SqliteType.Integer);
            command.Parameters.AddWithValue("$now", now);
            foreach (var (conversation, seq) in plan.Heads)
            {
                (id.Value, head.Value) = (conversation, seq);
                await command.ExecuteNonQueryAsync(cancellation);
            }
        }

        await JournalAsync(db, process.Id, moves, now, cancellation);
        if (commit is not null)
        {
            await commit.CommitAsync(cancellation);
        }
    }

    public Task JournalAsync(ChatDb db, string moves, long now, CancellationToken cancellation) =>
        JournalAsync(db, ProcessIdentity.Nobody, moves, now, cancellation);

    private static async Task JournalAsync(ChatDb db, string origin, string moves, long now, CancellationToken cancellation)
    {
        await using var command = Command(db, "INSERT INTO commits (origin, moves, at) VALUES ($origin, $moves, $now)");
        command.Parameters.AddWithValue("$origin", origin);
        command.Parameters.AddWithValue("$moves", moves);
        command.Parameters.AddWithValue("$now", now);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task SaveAcksAsync(ChatDb db, IReadOnlyList<AckedCursor> acks, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await using (var command = Command(
            db,
            """
            INSERT INTO cursors (user_id, device_id, conversation_id, acked_seq) VALUES ($user, $device, $conversation, $seq)
            ON CONFLICT (user_id, device_id, conversation_id) DO UPDATE
            SET acked_seq = excluded.acked_seq WHERE cursors.acked_seq < excluded.acked_seq
            """))
        {
            var user = command.Parameters.Add("$user", SqliteType.Text);
            var device = command.Parameters.Add("$device", SqliteType.Text);
            var conversation = command.Parameters.Add("$conversation", SqliteType.Text);
            var seq = command.Parameters.Add("$seq", SqliteType.Integer);
            foreach (var ack in acks)
            {
                user.Value = ack.User;
                device.Value = ack.Device;
                conversation.Value = ack.Conversation;
                seq.Value = ack.Seq;
                await command.ExecuteNonQueryAsync(cancellation);
            }
        }

        await transaction.CommitAsync(cancellation);
    }

    // SQLite commits one transaction at a time, so the ids of the journal commit in order.
    public async Task<CommitPage> ReadMovesAsync(ChatDb db, long position, bool own, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        await using var command = Command(db, "SELECT id, CASE WHEN origin <> $own THEN moves END FROM commits WHERE id > $position ORDER BY id");
        command.Parameters.AddWithValue("$position", position);
        command.Parameters.AddWithValue("$own", own ? "" : process.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var page = new CommitPage { Position = position };
        while (await reader.ReadAsync(cancellation))
        {
            page.Position = reader.GetInt64(0);
            if (!reader.IsDBNull(1))
            {
                page.Add(reader.GetString(1));
            }
        }

        return page;
    }

    public async Task<long> CommitPositionAsync(ChatDb db, CancellationToken cancellation) =>
        (await db.RowsAsync("SELECT coalesce(max(id), 0) FROM commits", row => row.GetInt64(0), cancellation))[0];

    private static async Task InsertRowsAsync(ChatDb db, BatchPlan plan, CancellationToken cancellation)
    {
        await using var command = Command(
            db,
            """
            INSERT INTO outbox (conversation_id, seq, epoch, id, sender, type, body, hash, ref, at, expires_at)
            VALUES ($conversation, $seq, $epoch, $id, $sender, $type, $body, $hash, $ref, $at, $expires)
            """);
        var p = command.Parameters;
        var conversation = p.Add("$conversation", SqliteType.Text);
        var seq = p.Add("$seq", SqliteType.Integer);
        var epoch = p.Add("$epoch", SqliteType.Integer);
        var id = p.Add("$id", SqliteType.Text);
        var sender = p.Add("$sender", SqliteType.Text);
        var type = p.Add("$type", SqliteType.Text);
        var body = p.Add("$body", SqliteType.Text);
        var hash = p.Add("$hash", SqliteType.Blob);
        var reference = p.Add("$ref", SqliteType.Text);
        var at = p.Add("$at", SqliteType.Integer);
        var expires = p.Add("$expires", SqliteType.Integer);
        foreach (var (append, e) in plan.Rows)
        {
            conversation.Value = e.Conversation;
            seq.Value = e.Seq;
            epoch.Value = e.Epoch;
            id.Value = e.Id;
            sender.Value = e.Sender;
            type.Value = e.Type;
            body.Value = e.Body.IsEmpty ? DBNull.Value : Encoding.UTF8.GetString(e.Body.Span);
            hash.Value = append.Hash;
            reference.Value = (object?)e.Ref ?? DBNull.Value;
            at.Value = e.At;
            expires.Value = (object?)e.ExpiresAt ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static SqliteCommand Command(ChatDb db, string sql)
    {
        var command = (SqliteCommand)db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
