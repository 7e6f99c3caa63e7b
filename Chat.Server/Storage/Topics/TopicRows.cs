using Chat.Server.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace Chat.Server.Storage.Topics;

/// <summary>The rows of topics: a topic is there as soon as somebody publishes to it or wants to be sent what others will.</summary>
internal static class TopicRows
{
    /// <summary>Makes those that are not there; in one order for all processes.</summary>
    public static async Task CreateAsync(ChatDb db, SortedDictionary<string, ConversationPolicy> topics, long now, CancellationToken cancellation)
    {
        foreach (var (id, policy) in topics)
        {
            await CreateAsync(db, id, policy, now, cancellation);
        }
    }

    public static Task<int> CreateAsync(ChatDb db, string id, ConversationPolicy policy, long now, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO conversations (id, kind, epoch, head_seq, first_seq, policy, created_at, updated_at)
             VALUES ({id}, {(short)ConversationKind.Topic}, 1, 0, 1, {(short)policy}, {now}, {now})
             ON CONFLICT DO NOTHING
             """,
            cancellation);
}
