using System.Text.Json;
using Chat.Server.Health;
using Chat.Server.Health.Probes;
using Chat.Server.Telemetry;
using Chat.Server.Telemetry.Metrics;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;
using Chat.Tests.Telemetry.Metrics;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Health;

/// <summary>What a supervisor, which has no link to anything, knows through its workers.</summary>
public sealed class NodeHealthTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly MetricsHistory _history;
    private readonly NodeDependencyProbe _database;
    private readonly NodeDependencyProbe _redis;

    public NodeHealthTests()
    {
        _history = new MetricsHistory(Options.Create(new TelemetryOptions()), _time);
        _database = new NodeDependencyProbe("database", ["ready"], _history, Options.Create(new HealthOptions()));
        _redis = new NodeDependencyProbe("redis", [], _history, Options.Create(new HealthOptions()));
    }

    [Fact]
    public void Dependency_AllWorkersReachIt_IsHealthyWithTheUsualResponseTime()
    {
        Sample(Worker("w1", database: 1), Worker("w2", database: 1));

        var now = _database.Now;
        Assert.Equal((HealthLevel.Healthy, true, "2 ms"), (now.Level, now.Connected, now.Description));
        Assert.Equal(2L, now.Data!["responseTime"]);
    }

    [Fact]
    public void Dependency_SomeWorkersReachIt_IsDegraded()
    {
        Sample(Worker("w1", database: 1), Worker("w2", database: 0));

        Assert.Equal((HealthLevel.Degraded, true, "1 of 2 workers reach it"), (_database.Now.Level, _database.Now.Connected, _database.Now.Description));
    }

    [Fact]
    public void Dependency_NoWorkerReachesIt_IsLost()
    {
        Sample(Worker("w1", database: 0));

        Assert.Equal((HealthLevel.Unhealthy, false), (_database.Now.Level, _database.Now.Connected));
    }

    [Fact]
    public void Redis_InUse_TellsItsRoundTripAndTheMode()
    {
        Sample(Redis("w1", up: 1, "redis"), Redis("w2", up: 1, "redis"));

        Assert.Equal((HealthLevel.Healthy, true, "2 ms"), (_redis.Now.Level, _redis.Now.Connected, _redis.Now.Description));
        Assert.Equal((2L, "redis"), (_redis.Now.Data!["responseTime"], _redis.Now.Data["mode"]));
    }

    [Fact]
    public void Redis_LostByOneWorker_TellsBothModes()
    {
        Sample(Redis("w1", up: 1, "redis"), Redis("w2", up: 0, "database"));

        Assert.Equal((HealthLevel.Degraded, "database, redis"), (_redis.Now.Level, _redis.Now.Data!["mode"]));
    }

    [Fact]
    public void Redis_LostByAll_TellsTheModeAllTheSame()
    {
        Sample(Redis("w1", up: 0, "database"));

        Assert.Equal((false, "database"), (_redis.Now.Connected, _redis.Now.Data!["mode"]));
    }

    [Fact]
    public void Dependency_NobodyTells_IsUnknownAndNotCalledLost()
    {
        Sample();

        Assert.Equal((HealthLevel.Unhealthy, null), (_database.Now.Level, _database.Now.Connected));
        Assert.Equal((HealthLevel.Healthy, null), (_redis.Now.Level, _redis.Now.Connected));
    }

    [Fact]
    public void Dependency_OwnGaugeOfTheNode_IsNotAskedInAnEcho()
    {
        Sample(Worker("", database: 1));

        Assert.Null(_database.Now.Connected);
    }

    [Fact]
    public void Workers_AsTheSupervisorKnowsThem_BecomeFacts()
    {
        var now = _time.GetUtcNow();
        var monitor = new FakeMonitor
        {
            Current = WorkersSnapshot.Of(now,
            [
                Snapshot("w1", WorkerState.Healthy, now.AddSeconds(-90)),
                Snapshot("w2", WorkerState.BackingOff, now.AddSeconds(-5)) with { Crashes = 2, Restarts = 1, LastExit = new WorkerExit(137, "SIGKILL", ExitReason.Crashed, "", now) },
                Snapshot("w3", WorkerState.Stopped, null) with { Wanted = false, LastExit = new WorkerExit(0, null, ExitReason.Requested, "", now) },
            ], [], rolling: null),
        };

        var facts = new MonitoredWorkers(monitor, _time).Current;

        Assert.Equal((2, 1), (facts.Total, facts.Healthy));
        Assert.Equal(
            [
                new WorkerFact("w1", "healthy", TimeSpan.FromSeconds(90), 0, 0, ""),
                new WorkerFact("w2", "backing_off", null, 2, 1, "signal"),
                new WorkerFact("w3", "stopped", null, 0, 0, ""),
            ],
            facts.Workers);
    }

    [Theory]
    [InlineData("OutOfMemory", null, "oom")]
    [InlineData("Hung", "SIGKILL", "hang")]
    [InlineData("Crashed", "SIGSEGV", "signal")]
    [InlineData("Crashed", null, "exit")]
    [InlineData("Unrequested", null, "exit")]
    public void Workers_LastExit_HasAReasonForTheCounter(string reason, string? signal, string expected)
    {
        var now = _time.GetUtcNow();
        var exit = new WorkerExit(1, signal, Enum.Parse<ExitReason>(reason), "", now);
        var monitor = new FakeMonitor { Current = WorkersSnapshot.Of(now, [Snapshot("w1", WorkerState.Crashed, now) with { LastExit = exit }], [], null) };

        Assert.Equal(expected, Assert.Single(new MonitoredWorkers(monitor, _time).Current.Workers).LastReason);
    }

    private void Sample(params MetricsSnapshot[] snapshots) => _history.Add(snapshots);

    private static WorkerSnapshot Snapshot(string id, WorkerState state, DateTimeOffset? startedAt) => new(
        id, 1, state, Wanted: true, startedAt, Restarts: 0, Crashes: 0, LastExit: null, RetryAt: null, HeartbeatAge: null, Vitals: null, new Dictionary<string, JsonElement>());

    private static MetricsSnapshot Worker(string source, double database) => new(source, 1,
    [
        new("chat.dependency.up", "", "", MetricKind.Gauge, [], [new(LabelSet.Of("dependency", "database"), database, null)]),
        new("chat.dependency.check.duration", "s", "", MetricKind.Histogram, [0.001, 0.003, 1], [new(LabelSet.Of("dependency", "database"), 0, [0, 10, 0, 0])]),
    ]);

    private static MetricsSnapshot Redis(string source, double up, string mode) => new(source, 1,
    [
        new("chat.dependency.up", "", "", MetricKind.Gauge, [], [new(LabelSet.Of("dependency", "redis"), up, null)]),
        new("chat.backplane.mode", "", "", MetricKind.Gauge, [], [.. new[] { "redis", "database", "local" }.Select(m => new MetricSeries(LabelSet.Of("mode", m), m == mode ? 1 : 0, null))]),
        new("chat.backplane.probe.duration", "s", "", MetricKind.Histogram, [0.001, 0.003, 1], [new(LabelSet.Empty, 0, [0, 10, 0, 0])]),
    ]);
}
