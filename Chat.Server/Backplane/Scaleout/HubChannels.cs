namespace Chat.Server.Backplane.Scaleout;

/// <summary>
/// Channels of one hub. A user or a group costs a subscription only on nodes where it has connections. Connections have
/// none of their own: what is for one connection goes to all nodes, for it is rare, and connecting stays free of Redis.
/// </summary>
internal sealed class HubChannels(string hub)
{
    public string Everyone { get; } = $"hub:{hub}:all";

    /// <summary>For single connections, wherever they are.</summary>
    public string Direct { get; } = $"hub:{hub}:direct";

    /// <summary>Answers for one node.</summary>
    public string Node(string node) => $"hub:{hub}:node:{node}";

    public string User(string user) => $"hub:{hub}:user:{user}";

    public string Group(string group) => $"hub:{hub}:group:{group}";
}
