using Microsoft.Extensions.Options;

namespace Chat.Admin.ServerApi;

/// <summary>The nodes that are shown now: those of the configuration, which stay, and those that were found.</summary>
internal sealed class NodeBook(IOptions<NodesOptions> options)
{
    private readonly IReadOnlyList<NodeOptions> _configured = options.Value.Nodes;
    private volatile Snapshot _now = new(options.Value.Nodes);

    public IReadOnlyList<string> Names => _now.Names;

    public IReadOnlyList<NodeOptions> Configured => _configured;

    /// <summary>Those that are shown beside the configured ones.</summary>
    public IReadOnlyList<NodeOptions> Found => [.. _now.ByName.Values.Skip(_configured.Count)];

    /// <summary>Null when the node is not shown any more.</summary>
    public NodeOptions? Find(string name) => _now.ByName.GetValueOrDefault(name);

    /// <summary>Shows these beside the configured ones. One that was shown before keeps its name.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Show(IEnumerable<FoundNode> found)
    {
        var before = Found.ToDictionary(n => n.Url, StringComparer.OrdinalIgnoreCase);
        var taken = Names.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var shown = new List<NodeOptions>(_configured);
        foreach (var node in found.DistinctBy(n => n.Url, StringComparer.OrdinalIgnoreCase))
        {
            if (!before.TryGetValue(node.Url, out var options))
            {
                options = new NodeOptions { Name = NameOf(node, taken), Url = node.Url, Key = _configured[0].Key };
                taken.Add(options.Name);
            }

            shown.Add(options);
        }

        if (shown.SequenceEqual(_now.ByName.Values))
        {
            return false;
        }

        _now = new(shown);
        return true;
    }

    private static string NameOf(FoundNode node, HashSet<string> taken) =>
        node.Name.Length > 0 && !taken.Contains(node.Name) ? node.Name : $"{node.Name} ({new Uri(node.Url).Authority})".TrimStart();

    private sealed class Snapshot(IReadOnlyList<NodeOptions> nodes)
    {
        public IReadOnlyList<string> Names { get; } = [.. nodes.Select(n => n.Name)];

        public OrderedDictionary<string, NodeOptions> ByName { get; } = new(nodes.Select(n => KeyValuePair.Create(n.Name, n)));
    }
}

/// <param name="Name">Of its host.</param>
/// <param name="Url">Of its management API.</param>
internal sealed record FoundNode(string Name, string Url);
