using System.Collections.Concurrent;

namespace Chat.Server.Access;

/// <summary>Users whom operators have shut out, as far as this process has learned. Asked at every door; kept current by who watches the database.</summary>
internal sealed class BlockedUsers(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ends = new(StringComparer.Ordinal);

    public bool Contains(string user) => _ends.TryGetValue(user, out var end) && end > time.GetUtcNow();

    /// <param name="end">Null: until it is lifted.</param>
    public void Add(string user, DateTimeOffset? end) => _ends[user] = end ?? DateTimeOffset.MaxValue;

    public void Remove(string user) => _ends.TryRemove(user, out _);
}
