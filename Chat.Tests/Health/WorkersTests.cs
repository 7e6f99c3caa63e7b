using Chat.Server.Health;
using Chat.Server.Health.Probes;
using Chat.Tests.Telemetry;
using Xunit;

namespace Chat.Tests.Health;

public sealed class WorkersTests 
{
    private readonly FakeWorkers _workers = new();

    [Theory]
    [InlineData(4, 4, "Healthy")]
    [InlineData(4, 3, "Degraded")]
    [InlineData(4, 1, "Degraded")]
    [InlineData(4, 0, "Unhealthy")]
    [InlineData(0, 0, "Unhealthy")]
    public void Probe_WorkersOfTotal_FollowsTheStatusRules(int total, int healthy, string level)
    {
        _workers.Current = new WorkerFacts(total, healthy, []);

        var result = new WorkersProbe(_workers).Now;

        Assert.Equal(level, result.Level.ToString());
        Assert.Equal((total, healthy, total - healthy), (result.Data!["total"], result.Data["healthy"], result.Data["crashed"]));
    }

    [Fact]
    public void Probe_WorkerIsDown_SaysWhich()
    {
        _workers.Current = new WorkerFacts(3, 2, [Worker("w1", "healthy"), Worker("w2", "backing_off") with { Restarts = 2 }, Worker("w3", "healthy")]);

        Assert.Equal("2 of 3 up; w2 backing off (restart 2)", new WorkersProbe(_workers).Now.Description);
    }

    [Fact]
    public void WebSocketProbe_OfANodeWhoseOnlyWorkersDrain_TakesNoClients()
    {
        _workers.Current = new WorkerFacts(2, 1, [Worker("w1", "draining"), Worker("w2", "starting")]);

        Assert.Equal(HealthLevel.Unhealthy, new NodeWebSocketProbe(_workers).Now.Level);
    }

    [Fact]
    public async Task Meters_WorkerCrashesForTwoReasons_CountsEachAndKeepsThem()
    {
        using var meters = new TestMeters();
        await new WorkerMeters(_workers, meters.Factory).StartAsync(CancellationToken.None);
        _workers.Current = new WorkerFacts(2, 2, [Worker("w1", "healthy"), Worker("w2", "healthy")]);
        Assert.All(meters.Values("chat.worker.crash"), crash => Assert.Equal(0, crash.Value));

        _workers.Current = new WorkerFacts(2, 1, [Worker("w1", "crashed") with { Crashes = 2, LastReason = "signal" }, Worker("w2", "healthy")]);
        Assert.Equal(2, meters.Values("chat.worker.crash")["reason=signal,worker.id=w1"]);

        _workers.Current = new WorkerFacts(2, 2, [Worker("w1", "healthy") with { Crashes = 3, Restarts = 3, LastReason = "oom" }, Worker("w2", "healthy")]);
        var crashes = meters.Values("chat.worker.crash");
        Assert.Equal((2d, 1d), (crashes["reason=signal,worker.id=w1"], crashes["reason=oom,worker.id=w1"]));
        var restarts = meters.Values("chat.worker.restart");
        Assert.Equal((3d, 0d, 0d), (restarts["reason=oom,worker.id=w1"], restarts["reason=planned,worker.id=w1"], restarts["reason=planned,worker.id=w2"]));
        Assert.Equal((2d, 0d), (meters.Values("chat.worker.count")["state=healthy"], meters.Values("chat.worker.count")["state=crashed"]));
    }

    [Fact]
    public async Task Meters_WorkerStartsAgain_CountsWhatWasOrderedApartFromWhatFollowedACrash()
    {
        using var meters = new TestMeters();
        await new WorkerMeters(_workers, meters.Factory).StartAsync(CancellationToken.None);
        var worker = Worker("w1", "healthy");
        Assert.All(Look(worker).Values, count => Assert.Equal(0, count));
        Look(worker with { Restarts = 1 });
        Look(worker with { Restarts = 1, Crashes = 1, LastReason = "hang", State = "backing_off" });
        Look(worker with { Restarts = 2, Crashes = 1, LastReason = "hang" });

        var restarts = Look(worker with { Restarts = 4, Crashes = 1 });

        Assert.Equal((3d, 1d), (restarts["reason=planned,worker.id=w1"], restarts["reason=hang,worker.id=w1"]));
        Assert.Equal(2, restarts.Count);

        Dictionary<string, double> Look(WorkerFact now)
        {
            _workers.Current = new WorkerFacts(1, 1, [now]);
            return meters.Values("chat.worker.restart");
        }
    }

    private static WorkerFact Worker(string id, string state) => new(id, state, TimeSpan.FromSeconds(9), 0, 0, "");
}
