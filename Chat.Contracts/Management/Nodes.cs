namespace Chat.Contracts.Management;

/// <summary>The nodes on one database, as they announce themselves (<c>Management:PublicUrl</c>).</summary>
public sealed record NodesAnswer
{
    /// <summary>The address that the node asked announces; null when it announces none.</summary>
    public string? Self { get; init; }

    /// <summary>By name. Those that were silent for five minutes while others were heard are left out.</summary>
    public IReadOnlyList<NodeView> Nodes { get; init; } = [];

    /// <summary>When the database was asked; null before it answered for the first time.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>A node as it announces itself.</summary>
public sealed record NodeView
{
    /// <summary>The name of its host.</summary>
    public required string Name { get; init; }

    /// <summary>Where its management API is.</summary>
    public required string Url { get; init; }

    /// <summary>Of its build.</summary>
    public required string Version { get; init; }

    /// <summary>When its supervisor started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it announced itself the last time.</summary>
    public DateTimeOffset SeenAt { get; init; }
}
