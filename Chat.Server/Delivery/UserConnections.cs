using System.Collections.Concurrent;
using System.Collections.Immutable;
using Chat.Server.Delivery.Pumps;

namespace Chat.Server.Delivery;

/// <summary>The connections of this process, by connection and by user.</summary>
internal sealed class UserConnections
{
    private readonly ConcurrentDictionary<string, ConnectionPump> _byConnection = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableArray<ConnectionPump>> _byUser = new(StringComparer.Ordinal);

    public int Count => _byConnection.Count;

    public ICollection<ConnectionPump> All => _byConnection.Values;

    public ICollection<string> Users => _byUser.Keys;

    public ImmutableArray<ConnectionPump> Of(string user) => _byUser.GetValueOrDefault(user, []);

    public ConnectionPump? Find(string connection) => _byConnection.GetValueOrDefault(connection);

    public void Add(ConnectionPump pump)
    {
        _byConnection[pump.Connection.ConnectionId] = pump;
        _byUser.AddOrUpdate(pump.User, static (_, added) => [added], static (_, present, added) => present.Add(added), pump);
    }

    public ConnectionPump? Remove(string connection)
    {
        if (!_byConnection.TryRemove(connection, out var pump))
        {
            return null;
        }

        while (_byUser.TryGetValue(pump.User, out var present))
        {
            var left = present.Remove(pump);
            if (left.IsEmpty ? _byUser.TryRemove(KeyValuePair.Create(pump.User, present)) : _byUser.TryUpdate(pump.User, left, present))
            {
                break;
            }
        }

        return pump;
    }
}
