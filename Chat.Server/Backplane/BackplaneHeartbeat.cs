using System.Text.Json;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Backplane;

/// <summary>Tells the supervisor, which has no link to Redis of its own, how this worker's is.</summary>
internal sealed class BackplaneHeartbeat(IBackplane backplane) : IHeartbeatPart
{
    public string Name => "backplane";

    public void Write(Utf8JsonWriter writer)
    {
        var status = backplane.Status;
        writer.WriteStartObject();
        writer.WriteString("mode", BackplaneMetrics.Name(status.Mode));
        writer.WriteBoolean("configured", status.RedisConfigured);
        writer.WriteString("reason", status.Reason);
        writer.WriteString("since", status.Since);
        writer.WriteEndObject();
    }
}
