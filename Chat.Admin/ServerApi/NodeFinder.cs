using Chat.Admin.Access;
using Chat.Contracts.Management;
using Microsoft.Extensions.Options;

namespace Chat.Admin.ServerApi;

/// <summary>
/// Asks the nodes that are known who else announces itself on their database (<c>Admin:FindNodes</c>). A found node is shown until it neither
/// answers nor is announced; the configured ones are always shown.
/// </summary>
internal sealed partial class NodeFinder(IServerApi api, NodeBook book, IOptions<AdminOptions> options, TimeProvider time, ILogger<NodeFinder> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // What a configured node calls itself, by what the configuration calls it. Kept, so that one that is lost is not found as another.
    private readonly Dictionary<string, string> _selves = new(StringComparer.OrdinalIgnoreCase);

    internal async Task LookAsync(CancellationToken cancellation)
    {
        var asked = api.Nodes;
        var replies = await Task.WhenAll(asked.Select(node => api.GetAsync<NodesAnswer>(node, ManagementRoutes.Nodes, Role.Viewer, cancellation)));
        var answers = asked.Zip(replies).Where(r => r.Second.Value is not null).ToDictionary(r => r.First, r => r.Second.Value!);
        if (answers.Count == 0)
        {
            return;
        }

        foreach (var node in book.Configured)
        {
            if (answers.GetValueOrDefault(node.Name)?.Self is { } self)
            {
                _selves[node.Name] = self;
            }
        }

        var configured = book.Configured.Select(n => new Uri(n.Url).GetLeftPart(UriPartial.Authority)).Concat(_selves.Values).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var announced = answers.Values.SelectMany(a => a.Nodes).Where(n => IsUsable(n.Url)).Select(n => new FoundNode(n.Name, n.Url));
        var staying = book.Found.Where(n => answers.ContainsKey(n.Name)).Select(n => new FoundNode(n.Name, n.Url));
        if (book.Show(announced.Concat(staying).Where(n => !configured.Contains(n.Url)).OrderBy(n => n.Name, StringComparer.Ordinal).ThenBy(n => n.Url, StringComparer.Ordinal)))
        {
            Log.Shown(logger, string.Join(", ", book.Names));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.FindNodes && !stoppingToken.IsCancellationRequested)
        {
            await LookAsync(stoppingToken);
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The key goes there: over TLS, if that is how the configured nodes are asked.</summary>
    private bool IsUsable(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && !book.Configured.All(n => new Uri(n.Url).Scheme == Uri.UriSchemeHttps)));

    private static partial class Log
    {
        [LoggerMessage(4012, LogLevel.Information, "Nodes shown: {Nodes}", EventName = "NodesShown")]
        public static partial void Shown(ILogger logger, string nodes);
    }
}
