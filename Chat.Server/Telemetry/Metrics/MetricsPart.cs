using System.Text.Json;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Telemetry.Metrics;

/// <summary>Puts a worker's numbers into its heartbeat.</summary>
internal sealed class MetricsPart(MetricsCollector collector) : IHeartbeatPart
{
    public const string PartName = "metrics";

    public string Name => PartName;

    public void Write(Utf8JsonWriter writer) => writer.WriteBase64StringValue(SnapshotCodec.Encode(collector.Collect()));
}
