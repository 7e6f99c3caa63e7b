using Chat.Contracts.Management;
using Chat.Server.Management.Asking;
using Chat.Server.Management.Views;
using Microsoft.Extensions.Options;

namespace Chat.Server.Management.Nodes;

/// <summary>
/// Has this node announced where it is managed, through any of its workers, and keeps what they read of the others. What was read last stays
/// while no worker or no database answers.
/// </summary>
internal sealed class NodeDesk(WorkerSurvey survey, IOptions<ManagementOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly NodeView? _self = options.Value.PublicUrl is { Length: > 0 } url
        ? new NodeView { Name = NodeIdentity.Name, Url = new Uri(url).GetLeftPart(UriPartial.Authority), Version = NodeIdentity.Version, StartedAt = time.GetUtcNow() }
        : null;

    private volatile NodesAnswer? _current;

    public NodesAnswer Current => _current ?? new NodesAnswer { Self = _self?.Url };

    internal async Task<bool> StepAsync(CancellationToken cancellation)
    {
        var reply = await survey.AnyAsync<KnownNodes>(Questions.KnownNodes, new KnownNodesQuestion(_self), cancellation);
        if (reply.Value is not { } known)
        {
            return false;
        }

        _current = new NodesAnswer { Self = _self?.Url, Nodes = known.Nodes, At = time.GetUtcNow() };
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var pause = await StepAsync(stop) ? Interval : Retry;
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
