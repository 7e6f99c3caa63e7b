using System.Text.Json;
using Chat.Server.Health;
using Chat.Server.Workers.Ports;
using Chat.Tests.Telemetry.Metrics;
using Xunit;

namespace Chat.Tests.Health;

/// <summary>What a worker knows about the queues of its node.</summary>
public sealed class FleetQueueFactsTests
{
    [Fact]
    public void Current_OfSeveralWorkers_IsTheSumAndTheOldest()
    {
        var facts = Of(Worker("w1", WorkerState.Healthy, 3, 5), Worker("w2", WorkerState.Draining, 4, 70), Worker("w3", WorkerState.Healthy));

        Assert.Equal(new QueueFacts(7, TimeSpan.FromSeconds(70)), facts.Current);
    }

    [Fact]
    public void Current_OfAWorkerThatDied_LeavesOutWhatItSaidLast() => Assert.Null(Of(Worker("w1", WorkerState.Crashed, 3, 5)).Current);

    private static FleetQueueFacts Of(params WorkerSnapshot[] workers) => new(new FakeMonitor { Current = WorkersSnapshot.Of(DateTimeOffset.UnixEpoch, workers, [], rolling: null) });

    private static WorkerSnapshot Worker(string id, WorkerState state, long? depth = null, int age = 0)
    {
        var parts = new Dictionary<string, JsonElement>();
        if (depth is { } owed)
        {
            parts[FleetQueueFacts.Part] = JsonSerializer.SerializeToElement(new QueueFacts(owed, TimeSpan.FromSeconds(age)));
        }

        return new(id, 1, state, true, null, 0, 0, null, null, null, null, parts);
    }
}
