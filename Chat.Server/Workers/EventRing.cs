using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers;

/// <summary>The latest events of the node.</summary>
internal sealed class EventRing
{
    private const int Most = 200;

    private readonly Queue<WorkerEvent> _events = new(Most);

    public void Add(WorkerEvent happened)
    {
        lock (_events)
        {
            if (_events.Count == Most)
            {
                _events.Dequeue();
            }

            _events.Enqueue(happened);
        }
    }

    public IReadOnlyList<WorkerEvent> ToList()
    {
        lock (_events)
        {
            return [.. _events];
        }
    }
}
