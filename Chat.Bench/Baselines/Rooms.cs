using System.Collections.Concurrent;

namespace Chat.Bench.Baselines;

/// <summary>Who is in which conversation and on which connection, in memory: what a baseline needs to push at all.</summary>
internal sealed class Rooms
{
    private readonly ConcurrentDictionary<string, string> _connections = new();
    private readonly ConcurrentDictionary<string, Room> _rooms = new();
    private long _lastId;

    public void Connected(string user, string connection) => _connections[user] = connection;

    public void Disconnected(string user, string connection) => _connections.TryRemove(KeyValuePair.Create(user, connection));

    /// <summary>The connection of a user; a baseline keeps one each, looked up, for Clients.User would walk through all.</summary>
    public string? ConnectionOf(string user) => _connections.GetValueOrDefault(user);

    public Room Create(bool direct, IReadOnlyList<string> members)
    {
        var room = new Room($"room-{Interlocked.Increment(ref _lastId)}", direct, members);
        return _rooms[room.Id] = room;
    }

    public Room? Find(string? id) => id is null ? null : _rooms.GetValueOrDefault(id);
}

/// <summary>One conversation of a baseline.</summary>
internal sealed class Room(string id, bool direct, IReadOnlyList<string> members)
{
    private long _head;

    public string Id { get; } = id;

    public bool Direct { get; } = direct;

    public IReadOnlyList<string> Members { get; } = members;

    public long NextSeq() => Interlocked.Increment(ref _head);
}
