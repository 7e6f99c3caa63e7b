using System.Net.Sockets;

namespace Chat.Tests.Support.Proxy;

/// <summary>One connection through a <see cref="TcpProxy"/>: the client's socket and ours to the server.</summary>
internal sealed class ProxyLink
{
    private readonly TcpProxy _proxy;
    private readonly Socket _client;
    private readonly Socket _server;
    private readonly ProxyPipe _toServer;
    private readonly ProxyPipe _toClient;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<ProxyTrigger, ByteSequence.Search> _searches = [];
    private readonly Lock _lock = new();
    private ProxyTrigger? _struckBy;
    private ByteSequence.Search? _replyEnd;
    private bool _answered;
    private bool _closed;

    internal ProxyLink(TcpProxy proxy, Socket client, Socket server)
    {
        _proxy = proxy;
        _client = client;
        _server = server;
        _toServer = new ProxyPipe(client, server, proxy.ToServer, InspectRequest);
        _toClient = new ProxyPipe(server, client, proxy.ToClient, InspectReply);
    }

    internal bool IsLossy => _toServer.IsLossy || _toClient.IsLossy;

    /// <summary>Both sides get RST.</summary>
    public void Reset() => Close(reset: true);

    /// <summary>Both sides get FIN, with whatever was under way lost.</summary>
    public void Close() => Close(reset: false);

    /// <summary>The client gets FIN and may go on sending.</summary>
    public void HalfCloseToClient() => _client.Shutdown(SocketShutdown.Send);

    /// <summary>The server gets FIN and may go on sending.</summary>
    public void HalfCloseToServer() => _server.Shutdown(SocketShutdown.Send);

    internal async Task RunAsync()
    {
        Task[] both = [_toServer.RunAsync(_stop.Token), _toClient.RunAsync(_stop.Token)];
        try
        {
            await await Task.WhenAny(both); // A failure of either ends both; an orderly end leaves the other direction open.
            await Task.WhenAll(both);
            Close(reset: false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or ProxyCutException)
        {
            Close(reset: true);
        }

        // Only now: .NET resets a connection that is disposed while something is under way on it.
        await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _server.Dispose();
    }

    private Passage InspectRequest(Memory<byte> bytes)
    {
        foreach (var trigger in _proxy.Triggers)
        {
            if (!_searches.TryGetValue(trigger, out var search))
            {
                _searches.Add(trigger, search = trigger.BeginRequest());
            }

            if (!search.Feed(bytes.Span) || !trigger.TryTake())
            {
                continue;
            }

            if (trigger.Fault == RequestFault.LoseRequest)
            {
                Reset();
                trigger.Strike();
                return Passage.End;
            }

            // Before the request goes on: its answer may come back while this thread is still here.
            lock (_lock)
            {
                _replyEnd = trigger.BeginReply();
                _struckBy = trigger;
            }
        }

        return Passage.Forward;
    }

    private Passage InspectReply(Memory<byte> bytes)
    {
        ProxyTrigger? trigger;
        bool complete;
        lock (_lock)
        {
            trigger = _struckBy;
            complete = trigger is not null && !_answered && _replyEnd?.Feed(bytes.Span) != false;
            _answered |= complete;
        }

        if (trigger is null)
        {
            return Passage.Forward;
        }

        if (complete)
        {
            if (trigger.Fault == RequestFault.LoseReply)
            {
                Reset();
            }

            trigger.Strike();
        }

        return Passage.Discard;
    }

    private void Close(bool reset)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        foreach (var socket in (Socket[])[_client, _server])
        {
            try
            {
                if (reset)
                {
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                    socket.Close();
                }
                else
                {
                    socket.Shutdown(SocketShutdown.Both);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The peer was faster.
            }
        }

        _stop.Cancel();
        _proxy.Forget(this);
    }
}
