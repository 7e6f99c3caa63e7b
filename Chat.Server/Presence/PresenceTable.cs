namespace Chat.Server.Presence;

/// <summary>What a user is to others.</summary>
internal enum PresenceState
{
    Offline,

    /// <summary>Without a connection, within the grace.</summary>
    Away,
    Online,
}

/// <summary>
/// Who is there, by counted connections, with a grace after the last one. Pure: the time is passed in. Holds a row for who is
/// online or within the grace and for nobody else. Not safe for concurrent use.
/// </summary>
internal sealed class PresenceTable(long grace)
{
    private readonly Dictionary<string, Entry> _users = new(StringComparer.Ordinal);

    // The grace is the same for all, so who left first is due first.
    private readonly LinkedList<(string User, long Due)> _leaving = new();

    /// <summary>Users online or away.</summary>
    public int Count => _users.Count;

    /// <summary>When the next grace ends; null when nobody is away.</summary>
    public long? NextDue => _leaving.First?.Value.Due;

    /// <summary>Users within the grace.</summary>
    public string[] Away() => [.. _leaving.Select(l => l.User)];

    /// <returns>True when the user comes online, false when the user never was gone to others.</returns>
    public bool Connect(string user)
    {
        if (!_users.TryGetValue(user, out var entry))
        {
            _users[user] = new Entry { Connections = 1 };
            return true;
        }

        entry.Connections++;
        if (entry.Leaving is { } leaving)
        {
            _leaving.Remove(leaving);
            entry.Leaving = null;
        }

        return false;
    }

    public void Disconnect(string user, long now)
    {
        if (_users.TryGetValue(user, out var entry) && entry.Connections > 0 && --entry.Connections == 0)
        {
            entry.Leaving = _leaving.AddLast((user, now + grace));
        }
    }

    /// <summary>Who is offline from now on; each is told once.</summary>
    public List<string> Expire(long now)
    {
        var gone = new List<string>();
        while (_leaving.First is { } first && first.Value.Due <= now)
        {
            _leaving.RemoveFirst();
            _users.Remove(first.Value.User);
            gone.Add(first.Value.User);
        }

        return gone;
    }

    public PresenceState StateOf(string user) => !_users.TryGetValue(user, out var entry)
        ? PresenceState.Offline
        : entry.Connections > 0 ? PresenceState.Online : PresenceState.Away;

    private sealed class Entry
    {
        public int Connections;
        public LinkedListNode<(string, long)>? Leaving;
    }
}
