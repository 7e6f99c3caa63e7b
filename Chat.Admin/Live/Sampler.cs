using System.Net;
using System.Text.Json;
using Chat.Admin.ServerApi;
using Chat.Contracts;
using Chat.Contracts.Management;

namespace Chat.Admin.Live;

/// <summary>
/// Listens to the live feed of every node, once for all viewers, and tells them at most once a second what there is; a change
/// of an alert, of health or of a worker at once. Viewers come and go without a node noticing.
/// </summary>
internal sealed partial class Sampler(IServerApi api, TimeProvider time, ILogger<Sampler> logger) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodePicture> _nodes = [];
    private readonly SemaphoreSlim _news = new(0, 1);
    private long _version;

    public LivePicture Current { get; private set; } = LivePicture.Empty with { Nodes = [.. api.Nodes.Select(NodePicture.Unheard)] };

    public TileHistory History { get; } = new();

    /// <summary>On a thread of the pool; a handler must not block.</summary>
    public event Action<LivePicture>? Changed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var followed = new Dictionary<string, (CancellationTokenSource Stop, Task Following)>();
        while (!stoppingToken.IsCancellationRequested)
        {
            Follow(followed, stoppingToken);
            await ((Task)_news.WaitAsync(Interval, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Tell();
        }

        await Task.WhenAll(followed.Values.Select(f => f.Following));
    }

    /// <summary>One event of a node's feed; true when viewers should hear of it at once.</summary>
    internal bool Take(string node, LiveEvent item)
    {
        if (item.Name != LiveEvents.Snapshot)
        {
            return item.Name is LiveEvents.Alert or LiveEvents.Health or LiveEvents.Worker;
        }

        var overview = JsonSerializer.Deserialize<Overview>(item.Data, ChatJson.Options);
        lock (_gate)
        {
            var before = PictureOf(node);
            _nodes[node] = new(node, overview ?? before.Overview, time.GetUtcNow(), Connected: true, LostAt: null, Problem: null);

            // A state that changed is worth more haste than a number.
            return !before.Connected || before.Overview?.Health != overview?.Health || !SameWorkers(before.Overview, overview);
        }
    }

    internal LivePicture Compose()
    {
        lock (_gate)
        {
            var picture = new LivePicture(++_version, time.GetUtcNow(), [.. api.Nodes.Select(PictureOf)]);
            Current = picture;
            History.Add(picture);
            return picture;
        }
    }

    private NodePicture PictureOf(string node) => _nodes.GetValueOrDefault(node) ?? NodePicture.Unheard(node);

    private static bool SameWorkers(Overview? before, Overview? after) =>
        (before?.Workers ?? []).Select(w => (w.Id, w.State)).SequenceEqual((after?.Workers ?? []).Select(w => (w.Id, w.State)));

    /// <summary>Begins with nodes that were found, ends with those that are gone.</summary>
    private void Follow(Dictionary<string, (CancellationTokenSource Stop, Task Following)> followed, CancellationToken stoppingToken)
    {
        var nodes = api.Nodes;
        foreach (var found in nodes.Where(n => !followed.ContainsKey(n)))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            followed[found] = (stop, FollowAsync(found, stop.Token));
        }

        foreach (var gone in followed.Keys.Except(nodes).ToList())
        {
            followed.Remove(gone, out var follower);
            follower.Stop.Cancel();
            follower.Stop.Dispose();
            lock (_gate)
            {
                _nodes.Remove(gone);
            }
        }
    }

    private async Task FollowAsync(string node, CancellationToken stoppingToken)
    {
        var pause = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            var problem = "The node does not answer.";
            try
            {
                var urgent = false;
                await foreach (var item in api.LiveAsync(node, stoppingToken))
                {
                    pause = FirstRetry;
                    urgent |= Take(node, item);
                    if (urgent && item.Name == LiveEvents.Snapshot)
                    {
                        urgent = false;
                        Hasten();
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or JsonException)
            {
                // A feed that cannot be had is what the viewers must see.
                problem = error is HttpRequestException { StatusCode: { } code } ? Explain(code) : problem;
            }

            Lose(node, problem);
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LastRetry ? pause * 2 : LastRetry;
        }
    }

    private static string Explain(HttpStatusCode code) => code switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "The node refuses the console's key (Management:Key, or Nodes:…:Key).",
        HttpStatusCode.NotFound => "The node has no management API: its version may be another.",
        HttpStatusCode.TooManyRequests => "The node has too many live feeds open.",
        _ => $"The node answers {(int)code}.",
    };

    private void Lose(string node, string problem)
    {
        lock (_gate)
        {
            var before = PictureOf(node);
            if (before.LostAt is not null)
            {
                return;
            }

            _nodes[node] = before with { Connected = false, LostAt = time.GetUtcNow(), Problem = problem };
        }

        Log.NodeLost(logger, node);
        Hasten();
    }

    private void Hasten()
    {
        if (_news.CurrentCount == 0)
        {
            try
            {
                _news.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another node was faster; one wake-up does for both.
            }
        }
    }

    /// <summary>One picture to all who listen.</summary>
    internal void Tell()
    {
        var picture = Compose();
        foreach (var handler in (Changed?.GetInvocationList() ?? []).Cast<Action<LivePicture>>())
        {
            try
            {
                handler(picture);
            }
            catch (Exception error)
            {
                // One viewer's page that is being torn down must not cost the others their picture.
                Log.ViewerFailed(logger, error);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4010, LogLevel.Warning, "Node {Node} does not answer; its last picture stays", EventName = "NodeLost")]
        public static partial void NodeLost(ILogger logger, string node);

        [LoggerMessage(4011, LogLevel.Debug, "A viewer could not be told", EventName = "ViewerFailed")]
        public static partial void ViewerFailed(ILogger logger, Exception error);
    }
}
