using System.Text;
using Chat.Server.Storage.Writing;
using Npgsql;
using static Chat.Server.Storage.Dialects.PostgresCommands;

namespace Chat.Server.Storage.Dialects;

/// <summary>What the writer has PostgreSQL write, as commands of one request.</summary>
internal static class PostgresWrites
{
    private const string InsertSql =
        """
        INSERT INTO outbox (conversation_id, seq, epoch, id, sender, type, body, hash, ref, at, expires_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    // Not a join with unnest: while the table is small that is planned as a scan of all of it, and the plan is kept as it grows.
    private const string HeadsSql =
        "UPDATE conversations SET head_seq = ($2)[array_position($1, id)], updated_at = $3 WHERE id = ANY($1)";

    private const string JournalSql =
        "INSERT INTO commits (xid, origin, moves, at) SELECT pg_current_xact_id()::text::bigint, $1, $2, $3";

    // Said by the two statements below, asked by those that write: within a request nobody is there to decide.
    private const string Held = "current_setting('chat.held')::bool";

    private const string InsertIfHeldSql = $"{InsertSql} WHERE {Held}";

    private const string HeadsIfHeldSql = $"{HeadsSql} AND {Held}";

    private const string JournalIfHeldSql = $"{JournalSql} WHERE {Held}";

    // Of one that was locked meanwhile no row is left once its lock is had: PostgreSQL asks the condition anew of what it then finds.
    private const string HoldSql =
        """
        WITH held AS MATERIALIZED (SELECT id, epoch, head_seq FROM conversations WHERE id = ANY($1) AND locked_at IS NULL ORDER BY id FOR UPDATE)
        SELECT set_config('chat.held', (count(*) = cardinality($1))::text, true)
        FROM held JOIN unnest($1, $2, $3) AS known(id, epoch, head_seq) USING (id, epoch, head_seq)
        """;

    private const string HoldMembersSql =
        """
        SELECT set_config('chat.held', (current_setting('chat.held')::bool AND count(*) = cardinality($1))::text, true)
        FROM unnest($1, $2) AS known(conversation_id, user_id)
        JOIN members m ON m.conversation_id = known.conversation_id AND m.user_id = known.user_id AND m.left_seq IS NULL
        """;

    /// <summary>Locks the conversations and finds out whether heads, epochs and memberships are these; what follows "if held" asks for it.</summary>
    public static void AddHold(NpgsqlBatch batch, BatchFacts facts)
    {
        var known = facts.Conversations.Values.ToArray();
        batch.BatchCommands.Add(Command(
            HoldSql,
            Texts(Array.ConvertAll(known, k => k.Id)),
            Longs(Array.ConvertAll(known, k => k.Epoch)),
            Longs(Array.ConvertAll(known, k => k.HeadSeq))));
        // A statement of its own, so that it sees what was committed while the locks were waited for.
        batch.BatchCommands.Add(Command(
            HoldMembersSql,
            Texts([.. facts.Members.Keys.Select(m => m.Conversation)]),
            Texts([.. facts.Members.Keys.Select(m => m.User)])));
    }

    /// <summary>Rows, heads and journal.</summary>
    /// <returns>The command that inserts the rows; how many it did is known when the request has ended.</returns>
    public static NpgsqlBatchCommand Add(NpgsqlBatch batch, BatchPlan plan, string origin, string moves, long now, bool ifHeld)
    {
        var insert = InsertCommand(plan, ifHeld ? InsertIfHeldSql : InsertSql);
        batch.BatchCommands.Add(insert);
        batch.BatchCommands.Add(Command(
            ifHeld ? HeadsIfHeldSql : HeadsSql, Texts([.. plan.Heads.Keys]), Longs([.. plan.Heads.Values]), Long(now)));
        AddJournal(batch, origin, moves, now, ifHeld);
        return insert;
    }

    public static void AddJournal(NpgsqlBatch batch, string origin, string moves, long now, bool ifHeld) =>
        batch.BatchCommands.Add(Command(ifHeld ? JournalIfHeldSql : JournalSql, Text(origin), Text(moves), Long(now)));

    /// <summary>Behind a command that failed the server skips it. The driver sees in the reply that the transaction has ended.</summary>
    public static void AddCommit(NpgsqlBatch batch) => batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));

    private static NpgsqlBatchCommand InsertCommand(BatchPlan plan, string sql)
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
            sql,
            Texts(conversations),
            Longs(seqs),
            Longs(epochs),
            Texts(ids),
            Texts(senders),
            Texts(types),
            TextsOrNull(bodies),
            Bytes(hashes),
            TextsOrNull(refs),
            Longs(ats),
            LongsOrNull(expiries));
    }
}
