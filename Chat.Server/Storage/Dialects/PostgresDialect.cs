using System.Globalization;
using Chat.Server.Storage.Cursors;
using Chat.Server.Storage.Model;
using Chat.Server.Storage.Reading;
using Chat.Server.Storage.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;
using static Chat.Server.Storage.Dialects.PostgresCommands;

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
        "SELECT id, kind, policy, epoch, head_seq, locked_at IS NOT NULL FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE";

    private const string MembersSql =
        """
        SELECT m.conversation_id, m.user_id, m.role, m.joined_seq, m.left_seq
        FROM unnest($1, $2) AS asked(conversation_id, user_id)
        JOIN members m ON m.conversation_id = asked.conversation_id AND m.user_id = asked.user_id
        """;

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

    public bool HasRoundTrips => true;

    public (string Condition, object Value) AnyOf(string column, string parameter, string[] values) => ($"{column} = ANY(@{parameter})", values);

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
                id, (ConversationKind)reader.GetInt16(1), (ConversationPolicy)reader.GetInt16(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetBoolean(5));
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
        PostgresWrites.Add(batch, plan, process.Id, moves, now, ifHeld: false);
        if (commit is not null)
        {
            PostgresWrites.AddCommit(batch);
        }

        await batch.ExecuteNonQueryAsync(cancellation);
        if (commit is not null)
        {
            outage.MeetReply();
        }
    }

    public async Task<bool> InsertIfHeldAsync(ChatDb db, BatchPlan plan, BatchFacts facts, string moves, long now, CancellationToken cancellation)
    {
        await using var batch = Batch(db);
        PostgresWrites.AddHold(batch, facts);
        var insert = PostgresWrites.Add(batch, plan, process.Id, moves, now, ifHeld: true);
        PostgresWrites.AddCommit(batch);
        await batch.ExecuteNonQueryAsync(cancellation);
        outage.MeetReply();
        return insert.RecordsAffected > 0;
    }

    public async Task JournalAsync(ChatDb db, string moves, long now, CancellationToken cancellation)
    {
        await using var batch = Batch(db);
        PostgresWrites.AddJournal(batch, ProcessIdentity.Nobody, moves, now, ifHeld: false);
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
        (await db.RowsAsync(PositionSql, row => row.GetInt64(0), cancellation))[0];

    private static NpgsqlBatch Batch(ChatDb db) => new((NpgsqlConnection)db.Database.GetDbConnection());
}
