using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Server.Backplane.Scaleout;

/// <summary>This node's connections of one hub: by id, by user, by group.</summary>
internal sealed class LocalConnections(
    Func<string, IBackplaneSubscription> subscribeUser, Func<string, IBackplaneSubscription> subscribeGroup)
{
    private readonly ConcurrentDictionary<string, LocalConnection> _byId = new(StringComparer.Ordinal);

    public ConnectionIndex Users { get; } = new(subscribeUser);

    public ConnectionIndex Groups { get; } = new(subscribeGroup);

    public LocalConnection[] Everyone => [.. _byId.Select(pair => pair.Value)];

    public LocalConnection? Find(string connectionId) => _byId.GetValueOrDefault(connectionId);

    public void Add(LocalConnection connection)
    {
        _byId[connection.Id] = connection;
        if (connection.Context.UserIdentifier is { Length: > 0 } user)
        {
            // Not awaited: a connection shall open however Redis is. What others send to the user in the next
            // moment may miss this node, as it would have missed a connection a moment later.
            _ = Users.Add(user, connection);
        }
    }

    /// <summary>Null when it is not here.</summary>
    public LocalConnection? Remove(HubConnectionContext context)
    {
        if (!_byId.TryRemove(context.ConnectionId, out var connection))
        {
            return null;
        }

        if (context.UserIdentifier is { Length: > 0 } user)
        {
            Users.Remove(user, connection);
        }

        foreach (var group in connection.EndGroups())
        {
            Groups.Remove(group, connection);
        }

        return connection;
    }
}
