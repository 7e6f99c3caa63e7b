using System.Text.Json;

namespace Chat.Server.Workers.Ports;

/// <summary>
/// Something a feature puts into each heartbeat (its meters, its state); it comes out as <see cref="WorkerSnapshot.Parts"/> on the
/// supervisor's side. Called on the heartbeat's own thread: it must neither block nor wait for the thread pool.
/// </summary>
internal interface IHeartbeatPart
{
    /// <summary>A part whose name begins so also reaches the node's other workers, each second: keep it small.</summary>
    public const string ForAll = "all.";

    string Name { get; }

    /// <summary>Writes one JSON value.</summary>
    void Write(Utf8JsonWriter writer);
}
