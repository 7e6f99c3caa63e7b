using System.Net;
using System.Net.Sockets;

namespace Chat.Tests.Support.Proxy;

/// <summary>
/// A TCP proxy on a free port of 127.0.0.1 that does to connections what networks do: delays, limits, stalls, cuts, holes and
/// lost answers. Everything may be changed while connections are open. What it cannot do is leave a SYN
/// unanswered: while it <see cref="BlackHole"/>s, new connections open and then hear nothing.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<ProxyLink> _links = [];
    private readonly List<Task> _running = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private readonly int? _socketBufferBytes;
    private Socket? _listener;
    private long _accepted;

    private TcpProxy(int targetPort, int? socketBufferBytes)
    {
        TargetPort = targetPort;
        _socketBufferBytes = socketBufferBytes;
        Listen();
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>Where new connections go, on 127.0.0.1; see <see cref="SwitchTarget"/>.</summary>
    public int TargetPort { get; private set; }

    /// <summary>From clients to the server.</summary>
    public ProxyDirection ToServer { get; } = new();

    /// <summary>From the server to clients.</summary>
    public ProxyDirection ToClient { get; } = new();

    /// <summary>Open connections.</summary>
    public IReadOnlyList<ProxyLink> Links
    {
        get
        {
            lock (_lock)
            {
                return [.. _links];
            }
        }
    }

    /// <summary>Connections taken since the start.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    public bool IsDown => _listener is null;

    internal IReadOnlyList<ProxyTrigger> Triggers { get; private set; } = [];

    /// <param name="targetPort">Port of 127.0.0.1.</param>
    /// <param name="socketBufferBytes">Small kernel buffers, so that a stalled reader is felt by the sender after kilobytes, not megabytes.</param>
    public static TcpProxy Start(int targetPort, int? socketBufferBytes = null) => new(targetPort, socketBufferBytes);

    /// <summary>
    /// Strikes the next <paramref name="times"/> requests that hold these bytes. <paramref name="reply"/> is how the end of the
    /// answer is known; without it whatever comes back next is the answer.
    /// </summary>
    public ProxyTrigger On(ByteSequence request, RequestFault fault, ByteSequence? reply = null, int times = 1)
    {
        var trigger = new ProxyTrigger(request, reply, fault, times);
        lock (_lock)
        {
            Triggers = [.. Triggers, trigger];
        }

        return trigger;
    }

    /// <summary>Npgsql's next commits; with <see cref="RequestFault.LoseReply"/> they are done when <see cref="ProxyTrigger.Struck"/> ends.</summary>
    public ProxyTrigger OnPostgresCommit(RequestFault fault, int times = 1) =>
        On(ByteSequence.PostgresCommit, fault, ByteSequence.PostgresReady, times);

    /// <summary>Both directions swallow everything, open and new connections alike: a cut cable, without FIN or RST.</summary>
    public void BlackHole() => ToServer.BlackHole = ToClient.BlackHole = true;

    /// <summary>Like a server that was stopped: open connections are reset, new ones refused.</summary>
    public void Down()
    {
        Interlocked.Exchange(ref _listener, null)?.Close();
        ResetAll();
    }

    public void Up()
    {
        if (IsDown)
        {
            Listen();
        }
    }

    /// <summary>Ends all faults. Connections whose bytes were thrown away are reset.</summary>
    public void Heal()
    {
        foreach (var trigger in Triggers)
        {
            trigger.Disarm();
        }

        lock (_lock)
        {
            Triggers = [];
        }

        ToServer.Reset();
        ToClient.Reset();
        foreach (var link in Links.Where(l => l.IsLossy))
        {
            link.Reset();
        }

        Up();
    }

    public void ResetAll()
    {
        foreach (var link in Links)
        {
            link.Reset();
        }
    }

    public void CloseAll()
    {
        foreach (var link in Links)
        {
            link.Close();
        }
    }

    /// <summary>A failover: new connections go to another port, open ones are reset unless they are to stay.</summary>
    public void SwitchTarget(int port, bool resetOpen = true)
    {
        TargetPort = port;
        if (resetOpen)
        {
            ResetAll();
        }
    }

    /// <summary>Down and up in turn for as long as the whole is to last; ends up.</summary>
    public async Task FlapAsync(TimeSpan down, TimeSpan up, TimeSpan whole, CancellationToken cancellationToken = default)
    {
        try
        {
            for (var left = whole; left > TimeSpan.Zero; left -= down + up)
            {
                Down();
                await Task.Delay(down, cancellationToken);
                Up();
                await Task.Delay(up, cancellationToken);
            }
        }
        finally
        {
            Up();
        }
    }

    /// <summary>Ends when so many connections are open.</summary>
    public Task WaitForLinksAsync(int count, TimeSpan? within = null)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_links.Count == count)
            {
                return Task.CompletedTask;
            }

            _waiters.Add((count, reached));
        }

        return reached.Task.WaitAsync(within ?? Eventually.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        Down();
        Task[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
    }

    internal void Forget(ProxyLink link)
    {
        lock (_lock)
        {
            _links.Remove(link);
            TellWaitersHoldingLock();
        }
    }

    private void Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // Buffers of accepted sockets are the listener's. REUSEADDR is .NET's default for listeners on Linux.
        if (_socketBufferBytes is { } bytes)
        {
            listener.ReceiveBufferSize = listener.SendBufferSize = bytes;
        }

        listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        listener.Listen(512);
        _listener = listener;
        Run(AcceptAsync(listener));
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptAsync();
                Interlocked.Increment(ref _accepted);
                Run(ConnectAsync(client, listener));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ConnectAsync(Socket client, Socket listener)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (_socketBufferBytes is { } bytes)
        {
            server.ReceiveBufferSize = server.SendBufferSize = bytes;
        }

        try
        {
            client.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, TargetPort);
        }
        catch (SocketException)
        {
            client.LingerState = new LingerOption(enable: true, seconds: 0); // Nobody there: the client is to feel it.
            client.Close();
            server.Close();
            return;
        }

        var link = new ProxyLink(this, client, server);
        lock (_lock)
        {
            _links.Add(link);
            TellWaitersHoldingLock();
        }

        if (!ReferenceEquals(_listener, listener))
        {
            link.Reset(); // Went down while this was connecting.
        }

        await link.RunAsync();
    }

    private void Run(Task task)
    {
        lock (_lock)
        {
            _running.RemoveAll(t => t.IsCompletedSuccessfully);
            _running.Add(task);
        }
    }

    private void TellWaitersHoldingLock()
    {
        foreach (var waiter in _waiters.Where(w => w.Count == _links.Count).ToList())
        {
            _waiters.Remove(waiter);
            waiter.Reached.SetResult();
        }
    }
}
