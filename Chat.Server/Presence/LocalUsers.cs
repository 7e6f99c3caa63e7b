namespace Chat.Server.Presence;

/// <summary>Users with a connection to this process, and how that differs from what other processes were told. Safe for concurrent use.</summary>
internal sealed class LocalUsers
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _connections = new(StringComparer.Ordinal);
    private readonly HashSet<string> _announced = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private long _version;

    public void Connect(string user)
    {
        lock (_lock)
        {
            _connections[user] = _connections.GetValueOrDefault(user) + 1;
            _touched.Add(user);
        }
    }

    public void Disconnect(string user)
    {
        lock (_lock)
        {
            if (_connections.GetValueOrDefault(user) is var count and > 1)
            {
                _connections[user] = count - 1;
            }
            else
            {
                _connections.Remove(user);
            }

            _touched.Add(user);
        }
    }

    /// <summary>What others are to be told next, as told from now on; null when there is nothing. Who came and went in between is no news.</summary>
    public PresenceMessage.Changed? TakeChanges(PresenceSource source, int most)
    {
        lock (_lock)
        {
            var (came, went) = (new List<string>(), new List<string>());
            foreach (var user in _touched)
            {
                if (came.Count + went.Count == most)
                {
                    break;
                }

                // Removing while enumerating is allowed of a set.
                _touched.Remove(user);
                if (_connections.ContainsKey(user))
                {
                    if (_announced.Add(user))
                    {
                        came.Add(user);
                    }
                }
                else if (_announced.Remove(user))
                {
                    went.Add(user);
                }
            }

            return came.Count + went.Count == 0 ? null : new PresenceMessage.Changed(source, ++_version, came, went);
        }
    }

    /// <summary>Number of the last change that was taken.</summary>
    public long Version
    {
        get
        {
            lock (_lock)
            {
                return _version;
            }
        }
    }

    /// <summary>All that others were told up to the version.</summary>
    public (long Version, string[] Users) Announced()
    {
        lock (_lock)
        {
            return (_version, [.. _announced]);
        }
    }
}
