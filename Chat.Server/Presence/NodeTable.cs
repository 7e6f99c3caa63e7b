namespace Chat.Server.Presence;

/// <summary>
/// The other processes and their users, as far as they told. Pure: the time is passed in, in ticks of one clock. Not safe for
/// concurrent use.
/// </summary>
internal sealed class NodeTable(string ownGroup, long lease)
{
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private long _lookingSince;

    /// <summary>Whether there are processes that are reached through Redis only.</summary>
    public bool HasDistant => _nodes.Values.Any(n => n.Group != ownGroup);

    public int Count => _nodes.Count;

    /// <summary>The processes that are reached through Redis only.</summary>
    public IReadOnlyList<string> Distant => [.. _nodes.Where(n => n.Value.Group != ownGroup).Select(n => n.Key)];

    /// <summary>
    /// The way to the others has changed: each lease begins anew, for silence up to now says nothing, and what is heard first from
    /// a process that was not known is how things are and not news.
    /// </summary>
    public void LookAnew(long now)
    {
        _lookingSince = now;
        foreach (var node in _nodes.Values)
        {
            node.HeardAt = now;
        }
    }

    public NodeOutcome Hear(PresenceMessage message, long now)
    {
        if (message is PresenceMessage.Bye bye)
        {
            return Drop(bye.From.Node);
        }

        if (!_nodes.TryGetValue(message.From.Node, out var node))
        {
            node = _nodes[message.From.Node] = new Node(message.From.Group) { IsNews = now - _lookingSince > lease };
        }

        node.HeardAt = now;
        return message switch
        {
            PresenceMessage.Beat { Version: 0 } when node.Version is null => node.Begin(),
            PresenceMessage.Beat beat => beat.Version == node.Version ? NodeOutcome.Nothing : Ask(message.From.Node, node, now),
            PresenceMessage.Changed changed when node.Version is { } known && changed.Version <= known => NodeOutcome.Nothing,
            PresenceMessage.Changed changed when changed.Version == node.Version + 1 => node.Change(changed),
            // One of a process's first change: nothing came before it.
            PresenceMessage.Changed { Version: 1 } changed when node.Version is null => node.Change(changed),
            PresenceMessage.Changed => Ask(message.From.Node, node, now),
            PresenceMessage.All all => node.Gather(all),
            _ => NodeOutcome.Nothing,
        };
    }

    /// <summary>Processes that were silent for too long. Those behind a lost Redis cannot be heard and are kept.</summary>
    public IReadOnlyList<NodeOutcome> Expire(long now, bool redisInUse)
    {
        var dead = _nodes.Where(n => now - n.Value.HeardAt > lease && (redisInUse || n.Value.Group == ownGroup)).Select(n => n.Key).ToList();
        return dead.ConvertAll(Drop);
    }

    private NodeOutcome Drop(string id) =>
        _nodes.Remove(id, out var node) ? new NodeOutcome.Moved([], node.Users, IsNews: true) : NodeOutcome.Nothing;

    /// <summary>Once per lease's third: the answer may be under way, or may be lost.</summary>
    private NodeOutcome Ask(string id, Node node, long now)
    {
        if (node.AskedAt is { } asked && now - asked < lease / 3)
        {
            return NodeOutcome.Nothing;
        }

        node.AskedAt = now;
        return new NodeOutcome.AskAll(id);
    }

    private sealed class Node(string group)
    {
        private readonly List<string> _gathered = [];
        private int _nextPart;

        public string Group { get; } = group;

        public HashSet<string> Users { get; private set; } = new(StringComparer.Ordinal);

        /// <summary>The last change that <see cref="Users"/> holds; null before the first word.</summary>
        public long? Version { get; private set; }

        public long HeardAt { get; set; }

        public long? AskedAt { get; set; }

        /// <summary>Whether its first users are.</summary>
        public bool IsNews { get; init; }

        public NodeOutcome Begin()
        {
            Version = 0;
            return NodeOutcome.Nothing;
        }

        public NodeOutcome Change(PresenceMessage.Changed changed)
        {
            Version = changed.Version;
            var came = changed.Came.Where(Users.Add).ToList();
            var went = changed.Went.Where(Users.Remove).ToList();
            return new NodeOutcome.Moved(came, went, IsNews: true);
        }

        public NodeOutcome Gather(PresenceMessage.All all)
        {
            if (all.Part == 0)
            {
                _gathered.Clear();
                _nextPart = 0;
            }

            if (all.Part != _nextPart++)
            {
                // A part is missing: the next beat shows that, and all is asked for again.
                _nextPart = -1;
                return NodeOutcome.Nothing;
            }

            _gathered.AddRange(all.Users);
            return all.Part == all.Parts - 1 ? Replace(all.Version) : NodeOutcome.Nothing;
        }

        private NodeOutcome.Moved Replace(long version)
        {
            var isNews = IsNews || Version is not null;
            var before = Users;
            Users = new HashSet<string>(_gathered, StringComparer.Ordinal);
            _gathered.Clear();
            (Version, AskedAt) = (version, null);
            return new NodeOutcome.Moved([.. Users.Where(u => !before.Contains(u))], [.. before.Where(u => !Users.Contains(u))], isNews);
        }
    }
}
