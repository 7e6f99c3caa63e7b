using System.Collections.Concurrent;
using System.Net.Sockets;
using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Runtime;

/// <summary>
/// The worker's end of the control connection. It reads and writes on two threads of its own with blocking calls: a starved
/// thread pool must look like lag to the supervisor, not like death, and must not keep the supervisor's end from being noticed.
/// </summary>
internal sealed class ControlClient(WorkerIdentity identity) : IDisposable
{
    // Beats and relayed payloads beyond this are dropped: the supervisor does not read, and holding them helps nobody.
    private const int MostQueued = 4096;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly BlockingCollection<ControlFrame> _outgoing = [];
    private long _dropped;
    private volatile bool _leaving;

    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Connects and says hello. The handlers run on the reading thread; <paramref name="onEnd"/> only when it was not us who left.</summary>
    public void Start(Action<ControlMessage> onMessage, Action<ReadOnlyMemory<byte>> onRelay, Action onEnd)
    {
        try
        {
            _socket.Connect(new UnixDomainSocketEndPoint(identity.ControlPath));
        }
        catch (SocketException)
        {
            throw new StartRefusedException(ExitCodes.Unavailable, "The supervisor that started this worker is gone.");
        }

        var stream = new NetworkStream(_socket);
        Send(new Hello(identity.Id, identity.Key, Environment.ProcessId));
        new Thread(() => Write(stream)) { Name = "control writer", IsBackground = true }.Start();
        new Thread(() => Read(stream, onMessage, onRelay, onEnd)) { Name = "control reader", IsBackground = true }.Start();
    }

    public void Send(ControlMessage message) => Add(ControlFrame.Of(message));

    /// <summary>For what may be missed: false when too much is waiting already.</summary>
    public bool TrySend(ControlFrame frame)
    {
        if (_outgoing.Count < MostQueued && Add(frame))
        {
            return true;
        }

        Interlocked.Increment(ref _dropped);
        return false;
    }

    public void Dispose()
    {
        _leaving = true;
        _outgoing.CompleteAdding();
        _socket.Dispose();
    }

    private bool Add(ControlFrame frame)
    {
        try
        {
            _outgoing.Add(frame);
            return true;
        }
        catch (InvalidOperationException)
        {
            // Completed meanwhile: this process is on its way out.
            return false;
        }
    }

    private void Write(NetworkStream stream)
    {
        try
        {
            var batch = new FrameBatch();
            foreach (var first in _outgoing.GetConsumingEnumerable())
            {
                batch.Add(first);
                while (batch.HasRoom && _outgoing.TryTake(out var next))
                {
                    batch.Add(next);
                }

                stream.Write(batch.Bytes.Span);
                batch.Clear();
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The reading thread sees the same end and acts on it.
            _outgoing.CompleteAdding();
        }
    }

    private void Read(NetworkStream stream, Action<ControlMessage> onMessage, Action<ReadOnlyMemory<byte>> onRelay, Action onEnd)
    {
        try
        {
            var incoming = ControlFrame.ReadAhead(stream);
            while (ControlFrame.Read(incoming) is { } frame)
            {
                if (frame.Kind is FrameKind.Relay)
                {
                    onRelay(frame.Payload);
                }
                else
                {
                    onMessage(ControlMessage.Parse(frame.Payload.Span));
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidDataException or System.Text.Json.JsonException)
        {
            // A broken connection is an ended one.
        }

        if (!_leaving)
        {
            onEnd();
        }
    }
}
