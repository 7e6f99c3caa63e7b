using Microsoft.Extensions.Options;

namespace Chat.Admin.ServerApi;

/// <summary>A node whose management API the console asks.</summary>
internal sealed class NodeOptions
{
    /// <summary>What the console calls the node; empty: host and port of its address.</summary>
    public string Name { get; set; } = "";

    /// <summary>Address of its management API, such as <c>http://node-1:5081</c>.</summary>
    public string Url { get; set; } = "";

    /// <summary>A key of the node's <c>Management:Keys</c> with <c>Delegates</c>; belongs in the environment.</summary>
    public string Key { get; set; } = "";
}

/// <summary>Section <c>Nodes</c>, a list. Empty: the node that started this console (<c>Management:Url</c> and <c>Management:Key</c>).</summary>
internal sealed class NodesOptions
{
    public const string SectionName = "Nodes";

    /// <summary>The nodes that this console shows.</summary>
    public List<NodeOptions> Nodes { get; set; } = [];

    public static void Read(NodesOptions options, IConfiguration configuration)
    {
        options.Nodes = configuration.GetSection(SectionName).Get<List<NodeOptions>>() ?? [];
        if (options.Nodes.Count == 0)
        {
            options.Nodes.Add(new NodeOptions { Url = configuration["Management:Url"] ?? "", Key = configuration["Management:Key"] ?? "" });
        }

        foreach (var node in options.Nodes.Where(n => n.Name.Length == 0 && Uri.TryCreate(n.Url, UriKind.Absolute, out _)))
        {
            node.Name = new Uri(node.Url).Authority;
        }
    }

    internal sealed class Validator : IValidateOptions<NodesOptions>
    {
        public ValidateOptionsResult Validate(string? name, NodesOptions options)
        {
            var bad = options.Nodes.FirstOrDefault(n => !Uri.TryCreate(n.Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"));
            if (bad is not null)
            {
                return ValidateOptionsResult.Fail($"Nodes: \"{bad.Url}\" is no address; it must be like http://host:5081.");
            }

            var twice = options.Nodes.GroupBy(n => n.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
            return twice is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail($"Nodes: the name \"{twice.Key}\" is there twice.");
        }
    }
}
