using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Runtime;

internal sealed class WorkerRelay(ControlClient control) : IWorkerRelay
{
    public event Action<ReadOnlyMemory<byte>>? Received;

    public bool Publish(ReadOnlyMemory<byte> payload) => control.TrySend(new(FrameKind.Relay, payload));

    public void Deliver(ReadOnlyMemory<byte> payload) => Received?.Invoke(payload);
}

/// <summary>One process has nobody to relay to; everything published has reached all others.</summary>
internal sealed class SoleRelay : IWorkerRelay
{
    public event Action<ReadOnlyMemory<byte>>? Received
    {
        add { }
        remove { }
    }

    public bool Publish(ReadOnlyMemory<byte> payload) => true;
}
