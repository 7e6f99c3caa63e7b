using System.Globalization;
using System.Text;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Chat.Server.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Chat.Server.Storage.Dialects;

/// <summary>One round trip to lock and read, one to write: arrays through <c>unnest</c>, whatever the size of the batch.</summary>
internal sealed class PostgresDialect(ProcessIdentity process, IOptions<StorageOptions> options, PretendedOutage outage) : IStorageDialect
{
    /// <summary>
    /// A process that hangs between two statements would keep its locks until it is killed, and everybody else's writer would take the
    /// database for lost. Longer than any exchange may take, so that a slow network ends nothing; what it ends is run again.
    /// </summary>
    private readonly string _idleSql = string.Create(
        CultureInfo.InvariantCulture, $"SET LOCAL idle_in_transaction_session_timeout = {options.Value.CommandTimeout.TotalMilliseconds + 1000:0}");

    private const string LockSql =
        "SELECT id, kind, policy, epoch, head_seq FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE";

    private const string MembersSql =
        """
        SELECT m.conversation_id, m.user_id, m.role, m.joined_seq, m.left_seq
        FROM unnest($1, $2) AS asked(conversation_id, user_id)
        JOIN members m ON m.conversation_id = asked.conversation_id AND m.user_id = asked.user_id
        """;

    private const string InsertSql =
        """
        INSERT INTO outbox (conversation_id, seq, epoch, id, sender, type, body, hash, ref, at, expires_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    // Not a join with unnest: while the table is small that is planned as a scan of all of it, and the plan is kept as it grows.
    private const string HeadsSql =
        "UPDATE conversations SET head_seq = ($2)[array_position($1, id)], updated_at = $3 WHERE id = ANY($1)";

    private const string CommitSql =
        "INSERT INTO commits (xid, origin, moves, at) VALUES (pg_current_xact_id()::text::bigint, $1, $2, $3)";

    private const string AcksSql =
        """
        INSERT INTO cursors (user_id, device_id, conversation_id, acked_seq)
        SELECT * FROM unnest($1, $2, $3, $4)
        ON CONFLICT (user_id, device_id, conversation_id) DO UPDATE
        SET acked_seq = excluded.acked_seq WHERE cursors.acked_seq < excluded.acked_seq
        """;

    // One statement, so that the rows and the snapshot's xmin belong together: whoever was still running then has a larger xid
    // than that xmin, and is read next time.
    private const string MovesSql =
        """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, c.moves
        FROM (SELECT 1) AS one LEFT JOIN commits c ON c.xid >= $1 AND c.origin <> $2 ORDER BY c.id
        """;

    private const string PositionSql = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    public async Task<BatchFacts> LockAsync(ChatDb db, string[] conversations, (string Conversation, string User)[] senders, CancellationToken cancellation)
    {
        await using var batch = Batch(db);
        batch.BatchCommands.Add(Command(_idleSql));
        batch.BatchCommands.Add(Command(LockSql, Texts(conversations)));
        batch.BatchCommands.Add(Command(
            MembersSql,
            Texts(Array.ConvertAll(senders, s => s.Conversation)),
            Texts(Array.ConvertAll(senders, s => s.User))));

        var facts = new BatchFacts();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetString(0);
            facts.Conversations[id] = new(
                id, (ConversationKind)reader.GetInt16(1), (ConversationPolicy)reader.GetInt16(2), reader.GetInt64(3), reader.GetInt64(4));
        }

        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var member = new LockedMember(
                reader.GetString(0),
                reader.GetString(1),
                (MemberRole)reader.GetInt16(2),
                reader.GetInt64(3),
                reader.IsDBNull(4) ? null : reader.GetInt64(4));
            facts.Members[(member.Conversation, member.User)] = member;
        }

        return facts;
    }

    public async Task InsertAsync(ChatDb db, BatchPlan plan, string moves, long now, IDbContextTransaction? commit, CancellationToken cancellation)
    {
        await using var batch = Batch(db);
        batch.BatchCommands.Add(InsertCommand(plan));
        batch.BatchCommands.Add(Command(HeadsSql, Texts([.. plan.Heads.Keys]), Longs([.. plan.Heads.Values]), new NpgsqlParameter<long> { TypedValue = now }));
        batch.BatchCommands.Add(JournalCommand(process.Id, moves, now));
        if (commit is not null)
        {
            // Behind a command that failed the server skips it. The driver sees in the reply that the transaction has ended.
            batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        }

        await batch.ExecuteNonQueryAsync(cancellation);
        if (commit is not null)
        {
            outage.MeetReply();
        }
    }

    public async Task JournalAsync(ChatDb db, string moves, long now, CancellationToken cancellation)
    {
        await using var batch = Batch(db);
        batch.BatchCommands.Add(JournalCommand(ProcessIdentity.Nobody, moves, now));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    public async Task SaveAcksAsync(ChatDb db, IReadOnlyList<AckedCursor> acks, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        await using var batch = Batch(db);
        batch.BatchCommands.Add(Command(
            AcksSql,
            Texts([.. acks.Select(a => a.User)]),
            Texts([.. acks.Select(a => a.Device)]),
            Texts([.. acks.Select(a => a.Conversation)]),
            Longs([.. acks.Select(a => a.Seq)])));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<CommitPage> ReadMovesAsync(ChatDb db, long position, bool own, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        await using var batch = Batch(db);
        batch.BatchCommands.Add(Command(
            MovesSql,
            new NpgsqlParameter<long> { TypedValue = position },
            new NpgsqlParameter<string> { TypedValue = own ? "" : process.Id }));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
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
        (await db.Database.SqlQueryRaw<long>($"{PositionSql} AS \"Value\"").ToListAsync(cancellation))[0];

    private static NpgsqlBatchCommand InsertCommand(BatchPlan plan)
    {
        var n = plan.Rows.Count;
        var conversations = new string[n];
        var seqs = new long[n];
        var epochs = new long[n];
        var ids = new string[n];
        var senders = new string[n];
        var types = new string[n];
        var bodies = new string?[n];
        var hashes = new byte[n][];
        var refs = new string?[n];
        var ats = new long[n];
        var expiries = new long?[n];
        for (var i = 0; i < n; i++)
        {
            var (append, e) = plan.Rows[i];
            conversations[i] = e.Conversation;
            seqs[i] = e.Seq;
            epochs[i] = e.Epoch;
            ids[i] = e.Id;
            senders[i] = e.Sender;
            types[i] = e.Type;
            bodies[i] = e.Body.IsEmpty ? null : Encoding.UTF8.GetString(e.Body.Span);
            hashes[i] = append.Hash;
            refs[i] = e.Ref;
            ats[i] = e.At;
            expiries[i] = e.ExpiresAt;
        }

        return Command(
            InsertSql,
            Texts(conversations),
            Longs(seqs),
            Longs(epochs),
            Texts(ids),
            Texts(senders),
            Texts(types),
            new NpgsqlParameter<string?[]> { TypedValue = bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new NpgsqlParameter<byte[][]> { TypedValue = hashes, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            new NpgsqlParameter<string?[]> { TypedValue = refs, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            Longs(ats),
            new NpgsqlParameter<long?[]> { TypedValue = expiries, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
    }

    private static NpgsqlBatchCommand JournalCommand(string origin, string moves, long now) => Command(
        CommitSql,
        new NpgsqlParameter<string> { TypedValue = origin },
        new NpgsqlParameter<string> { TypedValue = moves },
        new NpgsqlParameter<long> { TypedValue = now });

    private static NpgsqlBatch Batch(ChatDb db) => new((NpgsqlConnection)db.Database.GetDbConnection());

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static NpgsqlParameter<string[]> Texts(string[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter<long[]> Longs(long[] values) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
