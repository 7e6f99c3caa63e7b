using System.Collections.Concurrent;
using Chat.Contracts;
using Chat.Server.Storage;

namespace Chat.Server.Delivery.Nodes;

/// <summary>
/// Conversations in which this process may have committed without learning of it. A follower passes over what its own process
/// committed, so these are looked at apart, until a commit that was under way cannot take effect any more.
/// </summary>
internal sealed class Doubts(TimeProvider time) : ICommitObserver
{
    /// <summary>By then the database has noticed that the connection is gone.</summary>
    internal static readonly TimeSpan Within = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (long Since, bool Members)> _open = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask CommittedAsync(IReadOnlyList<LogEvent> events) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public void InDoubt(IReadOnlyCollection<LogEvent> events)
    {
        var now = time.GetTimestamp();
        foreach (var e in events)
        {
            var members = e.Type == EventTypes.Member;
            _open.AddOrUpdate(e.Conversation, _ => (now, members), (_, before) => (now, before.Members || members));
        }
    }

    /// <summary>What must be looked at now, and whether its membership may have changed.</summary>
    public IReadOnlyDictionary<string, bool> Open()
    {
        var open = new Dictionary<string, bool>();
        foreach (var entry in _open)
        {
            open[entry.Key] = entry.Value.Members;
            if (time.GetElapsedTime(entry.Value.Since) >= Within)
            {
                // Looked at a last time.
                _open.TryRemove(entry);
            }
        }

        return open;
    }
}
