using System.Text.Json;
using Chat.Server.Workers.Ports;

namespace Chat.Tests.Telemetry.Metrics;

/// <summary>A supervisor's view that says what the test says.</summary>
internal sealed class FakeMonitor : IWorkersMonitor
{
    public event Action<WorkerEvent>? Happened;

    public event Action<WorkerBeat>? Beat;

    public WorkersSnapshot Current { get; set; } = WorkersSnapshot.Of(DateTimeOffset.UnixEpoch, [], [], rolling: null);

    public IReadOnlyList<WorkerEvent> Recent => [];

    public IReadOnlyList<LogLine> LogOf(string id) => [];

    public void Tell(string worker, Action<Utf8JsonWriter> metrics)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            metrics(writer);
        }

        var parts = new Dictionary<string, JsonElement> { ["metrics"] = JsonDocument.Parse(buffer.ToArray()).RootElement };
        Beat?.Invoke(new WorkerBeat(DateTimeOffset.UnixEpoch, worker, new WorkerVitals(1, 1, 0, 0, 0, 0, 0, 0, false), parts));
    }

    public void Moved(string worker, WorkerState from, WorkerState to) =>
        Happened?.Invoke(new WorkerEvent(DateTimeOffset.UnixEpoch, worker, WorkerEvent.StateKind, from, to, Exit: null, ""));
}
