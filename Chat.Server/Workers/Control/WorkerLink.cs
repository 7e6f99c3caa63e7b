using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Control;

/// <summary>The supervisor's end of one worker's control connection.</summary>
internal sealed class WorkerLink(Stream stream) : IAsyncDisposable
{
    // To a worker that stopped reading, relayed payloads are dropped beyond this; the control messages are few and always queued.
    private const long MostRelayBytes = 8 * 1024 * 1024;

    private readonly Channel<ControlFrame> _outgoing = Channel.CreateUnbounded<ControlFrame>(new() { SingleReader = true });
    private readonly PendingAnswers _answers = new();
    private long _relayBytes;

    public bool Send(ControlMessage message) => _outgoing.Writer.TryWrite(ControlFrame.Of(message));

    public bool Relay(ReadOnlyMemory<byte> payload)
    {
        if (Interlocked.Add(ref _relayBytes, payload.Length) <= MostRelayBytes && _outgoing.Writer.TryWrite(new(FrameKind.Relay, payload)))
        {
            return true;
        }

        Interlocked.Add(ref _relayBytes, -payload.Length);
        return false;
    }

    public Task<WorkerAnswer> AskAsync(string name, JsonElement body, CancellationToken cancellationToken) =>
        _answers.AskAsync(number => Send(new Ask(number, name, body)), cancellationToken);

    /// <summary>Carries frames both ways until the connection ends.</summary>
    public async Task RunAsync(Action<ControlMessage> onMessage, Action<ReadOnlyMemory<byte>> onRelay, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = WriteAsync(ending.Token);
        try
        {
            var incoming = ControlFrame.ReadAhead(stream);
            while (await ControlFrame.ReadAsync(incoming, ending.Token) is { } frame)
            {
                if (frame.Kind is FrameKind.Relay)
                {
                    onRelay(frame.Payload);
                    continue;
                }

                switch (ControlMessage.Parse(frame.Payload.Span))
                {
                    case Answer answer:
                        _answers.Settle(answer);
                        break;
                    case var message:
                        onMessage(message);
                        break;
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException or InvalidDataException or JsonException or OperationCanceledException)
        {
            // However the connection ended: the worker's process tells by itself whether it lives, and its heartbeat is missed.
        }
        finally
        {
            _outgoing.Writer.TryComplete();
            _answers.Abandon("The worker's connection ended.");
            await ending.CancelAsync();
            await writing;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            var batch = new FrameBatch();
            while (await _outgoing.Reader.WaitToReadAsync(cancellationToken))
            {
                while (batch.HasRoom && _outgoing.Reader.TryRead(out var frame))
                {
                    if (frame.Kind is FrameKind.Relay)
                    {
                        Interlocked.Add(ref _relayBytes, -frame.Payload.Length);
                    }

                    batch.Add(frame);
                }

                await stream.WriteAsync(batch.Bytes, cancellationToken);
                batch.Clear();
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The reading side sees the same end and does what is needed.
            _outgoing.Writer.TryComplete();
        }
    }
}
