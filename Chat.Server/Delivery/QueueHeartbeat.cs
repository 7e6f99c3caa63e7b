using System.Text.Json;
using Chat.Server.Health;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Delivery;

/// <summary>Tells the whole node what this worker owes to connected devices.</summary>
internal sealed class QueueHeartbeat(QueueWatch queue) : IHeartbeatPart
{
    public string Name => FleetQueueFacts.Part;

    public void Write(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, new QueueFacts(queue.Pending, queue.Oldest));
}
