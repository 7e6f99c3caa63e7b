using System.Collections.Concurrent;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>
/// This node's connections by user or by group. A name is subscribed while it has connections here. Sending takes a
/// snapshot that is made anew only after a change, so neither joining nor sending is paid for with the size of the other.
/// </summary>
internal sealed class ConnectionIndex(Func<string, IBackplaneSubscription> subscribe)
{
    private readonly ConcurrentDictionary<string, Members> _names = new(concurrencyLevel: -1, capacity: 31, StringComparer.Ordinal);

    public int Count => _names.Count;

    /// <summary>Completes when other nodes' messages for the name reach this one.</summary>
    public Task Add(string name, LocalConnection connection)
    {
        while (true)
        {
            var members = _names.GetOrAdd(name, static _ => new Members());
            lock (members)
            {
                // Between the look-up and the lock the last one may have left and taken the entry with it.
                if (!members.Gone)
                {
                    members.Connections.Add(connection);
                    members.Snapshot = null;
                    members.Subscription ??= subscribe(name);
                    return members.Subscription.Ready;
                }
            }
        }
    }

    public void Remove(string name, LocalConnection connection)
    {
        if (!_names.TryGetValue(name, out var members))
        {
            return;
        }

        lock (members)
        {
            members.Connections.Remove(connection);
            members.Snapshot = null;
            if (members.Connections.Count == 0 && !members.Gone)
            {
                members.Gone = true;
                _names.TryRemove(name, out _);
                members.Subscription?.Dispose();
            }
        }
    }

    public ReadOnlySpan<LocalConnection> Find(string name)
    {
        if (!_names.TryGetValue(name, out var members))
        {
            return [];
        }

        lock (members)
        {
            return members.Snapshot ??= [.. members.Connections];
        }
    }

    private sealed class Members
    {
        public HashSet<LocalConnection> Connections { get; } = [];

        public LocalConnection[]? Snapshot { get; set; }

        public IBackplaneSubscription? Subscription { get; set; }

        public bool Gone { get; set; }
    }
}
