using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Server.Workers.Ports;

namespace Chat.Server.Workers.Control;

/// <summary>What a worker and its supervisor tell each other. Both are of the same build, so this needs no versions.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Hello), "hello")]
[JsonDerivedType(typeof(Beat), "beat")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(Draining), "draining")]
[JsonDerivedType(typeof(Report), "report")]
[JsonDerivedType(typeof(Answer), "answer")]
[JsonDerivedType(typeof(Drain), "drain")]
[JsonDerivedType(typeof(Set), "set")]
[JsonDerivedType(typeof(Ask), "ask")]
[JsonDerivedType(typeof(Fleet), "fleet")]
internal abstract record ControlMessage
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    public static ControlMessage Parse(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<ControlMessage>(bytes, Json) ?? throw new InvalidDataException("A control message was null.");
}

// Worker to supervisor.

internal sealed record Hello(string Id, string Key, int Pid) : ControlMessage;

internal sealed record Beat(WorkerVitals Vitals, Dictionary<string, JsonElement> Parts) : ControlMessage;

internal sealed record Ready : ControlMessage;

internal sealed record Draining(string Reason) : ControlMessage;

internal sealed record Report(string About, string Text) : ControlMessage;

internal sealed record Answer(long Number, JsonElement? Body, string? Problem) : ControlMessage;

// Supervisor to worker.

/// <summary>Said again with a shorter window, it hurries a draining that is under way.</summary>
internal sealed record Drain(TimeSpan Window, string Reason) : ControlMessage;

internal sealed record Set(string Key, string? Value) : ControlMessage;

internal sealed record Ask(long Number, string Name, JsonElement Body) : ControlMessage;

/// <summary>How the whole node stands, so that a worker's own health page tells the same as the supervisor's.</summary>
internal sealed record Fleet(WorkersSnapshot Snapshot) : ControlMessage;
