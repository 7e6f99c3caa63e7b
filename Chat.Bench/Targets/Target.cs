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
}

/// <summary>A server under test: how it is started, reached and watched.</summary>
internal abstract class Target(TargetKind kind) : IAsyncDisposable
{
    private IPEndPoint? _endPoint;

    public TargetKind Kind { get; } = kind;

    /// <summary>Root of the server's process tree; null when it runs elsewhere.</summary>
    public abstract int? Pid { get; }

    /// <summary>Set once the just-in-time compiler has seen enough load.</summary>
    public bool Warm { get; set; }

    protected abstract Uri Address { get; }

    public abstract Task StartAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    public WireAddress AddressOf(string user, string device = ChatHubContract.DefaultDevice)
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

    protected static async Task<bool> AnswersAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(address, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
