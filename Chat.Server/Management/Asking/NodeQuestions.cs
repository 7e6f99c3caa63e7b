using Chat.Contracts.Management;

namespace Chat.Server.Management.Asking;

/// <summary>Who is there; <paramref name="Self"/> is announced first, unless it is null.</summary>
internal sealed record KnownNodesQuestion(NodeView? Self);

internal sealed record KnownNodes(IReadOnlyList<NodeView> Nodes);
