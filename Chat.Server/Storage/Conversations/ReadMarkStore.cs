using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Conversations;

/// <summary>
/// How far members have read. Readers mark often and all at once, so marks that arrive while others are being written are written
/// together: one transaction, however many.
/// </summary>
internal sealed class ReadMarkStore(StorageGate gate, Database database)
{
    private const int BatchSize = 512;

    private readonly Lock _lock = new();
    private List<Mark> _waiting = [];
    private bool _running;

    /// <summary>
    /// Moves the mark forward, never beyond the head and never back. Null when the user is not a member; else where the mark
    /// stands now, and whether this call moved it there.
    /// </summary>
    public Task<ReadMark?> MoveAsync(string user, string conversation, long seq)
    {
        var mark = new Mark(conversation, user, seq);
        lock (_lock)
        {
            _waiting.Add(mark);
            if (!_running)
            {
                _running = true;
                _ = Task.Run(WriteAllAsync);
            }
        }

        return mark.Moved.Task;
    }

    private async Task WriteAllAsync()
    {
        while (TakeWaiting() is { Count: > 0 } batch)
        {
            try
            {
                // The furthest of a member's marks is the one that counts; one order for all writers, so that none waits for another in a ring.
                var furthest = batch
                    .GroupBy(m => (m.Conversation, m.User), m => m.Seq)
                    .OrderBy(g => g.Key.Conversation, StringComparer.Ordinal).ThenBy(g => g.Key.User, StringComparer.Ordinal)
                    .Select(g => new Asked(g.Key.Conversation, g.Key.User, g.Max()))
                    .ToList();
                var marks = await gate.RunAsync((db, ct) => WriteAsync(db, furthest, ct), CancellationToken.None);
                Answer(batch, marks);
            }
            catch (Exception e)
            {
                // Each caller tells its own client.
                batch.ForEach(m => m.Moved.TrySetException(e));
            }
        }
    }

    /// <summary>Empty: nothing waits, and the loop counts as ended.</summary>
    private List<Mark> TakeWaiting()
    {
        lock (_lock)
        {
            var taken = _waiting.Count <= BatchSize ? _waiting : _waiting.GetRange(0, BatchSize);
            _waiting = _waiting.Count <= BatchSize ? [] : _waiting.GetRange(BatchSize, _waiting.Count - BatchSize);
            _running = taken.Count > 0;
            return taken;
        }
    }

    private static void Answer(List<Mark> batch, Dictionary<(string Conversation, string User), ReadMark> marks)
    {
        var told = new HashSet<(string, string)>();
        foreach (var mark in batch)
        {
            var key = (mark.Conversation, mark.User);
            var known = marks.TryGetValue(key, out var now);
            mark.Moved.TrySetResult(known ? now! with { Moved = now.Moved && told.Add(key) } : null);
        }
    }

    private async Task<Dictionary<(string Conversation, string User), ReadMark>> WriteAsync(ChatDb db, List<Asked> asked, CancellationToken cancellation)
    {
        var source = database.Kind == DatabaseKind.Postgres
            ? "json_to_recordset(@asked::json) AS a(c text, u text, s bigint)"
            : "(SELECT value ->> 'c' AS c, value ->> 'u' AS u, value ->> 's' AS s FROM json_each(@asked)) AS a";
        var json = JsonSerializer.Serialize(asked);
        var marks = new Dictionary<(string, string), ReadMark>();
        await db.Database.OpenConnectionAsync(cancellation);
        await ReadAsync(
            $"""
            UPDATE members AS m SET read_seq = CASE WHEN a.s < c.head_seq THEN a.s ELSE c.head_seq END
            FROM {source} JOIN conversations AS c ON c.id = a.c
            WHERE m.conversation_id = a.c AND m.user_id = a.u AND m.left_seq IS NULL AND m.read_seq < a.s AND m.read_seq < c.head_seq
            RETURNING conversation_id, user_id, read_seq
            """,
            moved: true);
        if (marks.Count < asked.Count)
        {
            await ReadAsync(
                $"""
                SELECT m.conversation_id, m.user_id, m.read_seq FROM {source}
                JOIN members AS m ON m.conversation_id = a.c AND m.user_id = a.u WHERE m.left_seq IS NULL
                """,
                moved: false);
        }

        return marks;

        async Task ReadAsync(string sql, bool moved)
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = sql;
            Add(command, "asked", json);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                marks.TryAdd((reader.GetString(0), reader.GetString(1)), new ReadMark(reader.GetInt64(2), moved));
            }
        }
    }

    private static void Add(DbCommand command, string name, string value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private sealed record Mark(string Conversation, string User, long Seq)
    {
        public TaskCompletionSource<ReadMark?> Moved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    // Short names: they are the columns of the statements above.
    private sealed record Asked(
        [property: JsonPropertyName("c")] string Conversation,
        [property: JsonPropertyName("u")] string User,
        [property: JsonPropertyName("s")] long Seq);
}
