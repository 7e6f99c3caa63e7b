using Chat.Server.Storage.Dialects;
using Chat.Server.Storage.Model;

namespace Chat.Server.Storage.Conversations;

/// <summary>The newest messages of a conversation: how many of them came since a moment, and when the oldest of them did.</summary>
/// <param name="Latest">How many were looked at, at most.</param>
internal sealed record RateSample(int Recent, int Latest, long? OldestAt);

/// <summary>Bytes of the bodies of the newest messages.</summary>
/// <param name="Latest">How many were looked at, at most.</param>
internal sealed record SizeSample(long Bytes, int Latest);

/// <summary>Members, or subscribers of a topic, with a device that has not acknowledged the head.</summary>
/// <param name="More">There are more devices than were looked at.</param>
internal sealed record QueuedSample(int Users, bool More);

/// <summary>
/// What operators see of many conversations at once. Of each a bounded number of rows is looked at, by index, so that a page costs the same
/// whatever the logs have grown to.
/// </summary>
internal sealed class ConversationFigures(IStorageDialect dialect)
{
    private const int Latest = 200;
    private const int MostDevices = 2_000;
    private const int MostSubscriptions = 10_000;

    private static readonly short Topic = (short)ConversationKind.Topic;

    private static readonly string MembersSql =
        $"""
         SELECT c.id, CASE WHEN c.kind = {Topic}
             THEN (SELECT count(DISTINCT s.user_id) FROM (SELECT user_id FROM subscriptions WHERE conversation_id = c.id LIMIT {MostSubscriptions}) AS s)
             ELSE (SELECT count(*) FROM members m WHERE m.conversation_id = c.id AND m.left_seq IS NULL) END
         FROM conversations c
         """;

    private static readonly string RatesSql =
        $"""
         SELECT c.id,
             (SELECT count(*) FROM (SELECT o.at FROM outbox o WHERE o.conversation_id = c.id ORDER BY o.seq DESC LIMIT {Latest}) AS l WHERE l.at >= @since),
             (SELECT min(l.at) FROM (SELECT o.at FROM outbox o WHERE o.conversation_id = c.id ORDER BY o.seq DESC LIMIT {Latest}) AS l)
         FROM conversations c
         """;

    private static readonly string SizesSql =
        $"""
         SELECT c.id,
             (SELECT coalesce(sum(octet_length(l.body)), 0) FROM (SELECT o.body FROM outbox o WHERE o.conversation_id = c.id ORDER BY o.seq DESC LIMIT {Latest}) AS l)
         FROM conversations c
         """;

    // Who has left is owed nothing any more. A topic has no members; a cursor there goes with its subscription.
    private static readonly string QueuedSql =
        $"""
         SELECT c.id,
             (SELECT count(DISTINCT k.user_id) FROM (SELECT user_id, acked_seq FROM cursors WHERE conversation_id = c.id LIMIT {MostDevices}) AS k
              WHERE k.acked_seq < c.head_seq AND (c.kind = {Topic}
                  OR EXISTS (SELECT 1 FROM members m WHERE m.conversation_id = c.id AND m.user_id = k.user_id AND m.left_seq IS NULL))),
             (SELECT count(*) FROM (SELECT 1 AS one FROM cursors WHERE conversation_id = c.id LIMIT {MostDevices + 1}) AS k)
         FROM conversations c
         """;

    /// <summary>Members, or those who keep a subscription.</summary>
    public Task<Dictionary<string, int>> MembersAsync(ChatDb db, string[] conversations, CancellationToken cancellation) =>
        ReadAsync(db, MembersSql, conversations, (id, row) => KeyValuePair.Create(id, row.GetInt32(1)), cancellation);

    public Task<Dictionary<string, RateSample>> RatesAsync(ChatDb db, string[] conversations, long since, CancellationToken cancellation) => ReadAsync(
        db, RatesSql, conversations, (id, row) => KeyValuePair.Create(id, new RateSample(row.GetInt32(1), Latest, row.LongOrNull(2))), cancellation, ("since", since));

    public Task<Dictionary<string, SizeSample>> SizesAsync(ChatDb db, string[] conversations, CancellationToken cancellation) =>
        ReadAsync(db, SizesSql, conversations, (id, row) => KeyValuePair.Create(id, new SizeSample(row.GetInt64(1), Latest)), cancellation);

    public Task<Dictionary<string, QueuedSample>> QueuedAsync(ChatDb db, string[] conversations, CancellationToken cancellation) => ReadAsync(
        db, QueuedSql, conversations, (id, row) => KeyValuePair.Create(id, new QueuedSample(row.GetInt32(1), row.GetInt32(2) > MostDevices)), cancellation);

    private async Task<Dictionary<string, T>> ReadAsync<T>(
        ChatDb db,
        string sql,
        string[] conversations,
        Func<string, System.Data.Common.DbDataReader, KeyValuePair<string, T>> read,
        CancellationToken cancellation,
        params (string Name, object Value)[] parameters)
    {
        var (condition, value) = dialect.AnyOf("c.id", "ids", conversations);
        var rows = await db.RowsAsync($"{sql} WHERE {condition}", row => read(row.GetString(0), row), cancellation, [("ids", value), .. parameters]);
        return new(rows, StringComparer.Ordinal);
    }
}
