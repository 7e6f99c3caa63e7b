using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Runtime;

/// <summary>The node as a worker knows it: what its supervisor said last. <c>At</c> tells how long ago that was.</summary>
internal sealed class FleetView(TimeProvider time) : IWorkersMonitor
{
    private volatile WorkersSnapshot? _last;

    public WorkersSnapshot Current => _last ?? WorkersSnapshot.Of(time.GetUtcNow(), [], [], rolling: null);

    public IReadOnlyList<WorkerEvent> Recent => [];

    public event Action<WorkerEvent>? Happened
    {
        add { }
        remove { }
    }

    public event Action<WorkerBeat>? Beat
    {
        add { }
        remove { }
    }

    public IReadOnlyList<LogLine> LogOf(string id) => [];

    public void Told(WorkersSnapshot snapshot) => _last = snapshot;
}
