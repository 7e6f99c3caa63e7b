using System.Net;
using System.Net.Sockets;
using Chat.Bench.Machine;
using Chat.Bench.Wire;
using Chat.Contracts;

namespace Chat.Bench.Targets;

/// <summary>What is compared.</summary>
internal enum TargetKind
{
    /// <summary>SignalR without storage.</summary>
    Bare,

    /// <summary>One EF Core transaction per message.</summary>
    Naive,

    Product,

    /// <summary>The product as one node with one worker: what those with several are compared with.</summary>
    OneWorker,

    /// <summary>One node with two workers, who share a port and hear each other through their supervisor.</summary>
    TwoWorkers,

    /// <summary>Two nodes with one worker each, one PostgreSQL and one Redis.</summary>
    RedisNodes,

    /// <summary>The same without Redis: a node learns from the database what the other one stored.</summary>
    DatabaseNodes,
}

/// <summary>A server under test: how it is started, reached and watched.</summary>
internal abstract class Target(TargetKind kind) : IAsyncDisposable
{
    private IPEndPoint? _endPoint;

    public TargetKind Kind { get; } = kind;

    /// <summary>Roots of the process trees of the server, one a node; none when it runs elsewhere.</summary>
    public abstract IReadOnlyList<int> Pids { get; }

    /// <summary>The Redis that the server uses; null without one.</summary>
    public virtual int? RedisPid => null;

    /// <summary>
    /// Connections that must be opened for each that is wanted, so that there are enough at every place: who shares a port cannot
    /// be chosen, only found.
    /// </summary>
    public virtual int ConnectionsPerWanted => 1;

    /// <summary>Set once the just-in-time compiler has seen enough load.</summary>
    public bool Warm { get; set; }

    protected abstract Uri Address { get; }

    public abstract Task StartAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>
    /// Which process each of these connected users came to, in their order; null when that is one for all. Those who talk with each
    /// other are then chosen from different ones.
    /// </summary>
    public virtual Task<IReadOnlyList<string>?> PlacesAsync(IReadOnlyList<string> users, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>?>(null);

    /// <summary>How processes hear of each other's messages, as the server tells; null when it does not say.</summary>
    public virtual Task<string?> BusModeAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public virtual WireAddress AddressOf(string user, string device = ChatHubContract.DefaultDevice)
    {
        _endPoint ??= new IPEndPoint(Dns.GetHostAddresses(Address.Host, AddressFamily.InterNetwork)[0], Address.Port);
        return new WireAddress(_endPoint, Address.Authority, $"{ChatHubContract.Path}?{QueryOf(user)}{ChatHubContract.DeviceQuery}={device}", TokenOf(user));
    }

    protected virtual string QueryOf(string user) => "";

    protected virtual string? TokenOf(string user) => null;

    /// <summary>Waits until the server takes connections.</summary>
    protected static async Task WaitUntilListeningAsync(ChildProcess process, Func<CancellationToken, Task<bool>> ready, CancellationToken cancellationToken)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tries = 0; tries < 900 && !process.HasExited; tries++)
        {
            if (await ready(cancellationToken))
            {
                return;
            }

            await poll.WaitForNextTickAsync(cancellationToken);
        }

        throw new InvalidOperationException($"The server did not start. {process.LastWords()}");
    }

    /// <summary>Whether a request failed because nobody answered (in time), which a server that is starting may do for long on a busy machine.</summary>
    protected static bool IsNoAnswer(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested);

    protected static async Task<bool> AnswersAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(address, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            return false;
        }
    }
}
