using Chat.Server.Telemetry.Metrics;

namespace Chat.Server.Health;

/// <summary>The queues of all workers of the node, as their heartbeats told it.</summary>
internal sealed class NodeQueueFacts(MetricsHistory history) : IQueueFacts
{
    public QueueFacts? Current
    {
        get
        {
            var view = history.View();
            var depth = view.Now("chat.queue.depth", labels => labels.Has("state", "pending"));
            var age = view.Now("chat.queue.oldest.age");
            return depth.Count == 0 && age.Count == 0
                ? null
                : new QueueFacts((long)depth.Sum(r => r.Value), TimeSpan.FromSeconds(age.Select(r => r.Value).DefaultIfEmpty().Max()));
        }
    }
}
