using System.Text.Json;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Health;

/// <summary>The queues of all workers of the node as one of them hears it from the supervisor, so that each tells the same about the node.</summary>
internal sealed class FleetQueueFacts(IWorkersMonitor monitor) : IQueueFacts
{
    /// <summary>The part of the heartbeat: <see cref="QueueFacts"/> as JSON.</summary>
    public const string Part = IHeartbeatPart.ForAll + "queue";

    public QueueFacts? Current
    {
        get
        {
            var queues = monitor.Current.Workers
                .Where(w => w.State is WorkerState.Healthy or WorkerState.Draining && w.Parts.ContainsKey(Part))
                .Select(w => w.Parts[Part].Deserialize<QueueFacts>())
                .ToList();
            return queues.Count == 0 ? null : new QueueFacts(queues.Sum(q => q.Depth), queues.Max(q => q.OldestAge));
        }
    }
}
