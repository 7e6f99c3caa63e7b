using System.Diagnostics;
using Chat.Tests.Support;
using Xunit.Abstractions;

namespace Chat.Tests.Faults;

/// <summary>F02, F03 on the whole product: one worker dies ten times in a row, then all of them at once.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_workers_die_in_numbers(PostgresDatabase database, ITestOutputHelper output) : IClassFixture<PostgresDatabase>
{
    private const int Deaths = 10;

    [Fact]
    public async Task Ten_deaths_are_one_alert_each_kind_and_the_loss_of_all_is_told_at_once()
    {
        await using var node = await WatchedNode.StartAsync(new ServerSettings { Database = database.ConnectionString, Workers = 4 }
            .With("Workers:BackOffFirst", "00:00:00.1")
            .With("Workers:BackOffMost", "00:00:00.4"));
        await node.UntilWorkersAsync(4, 4, 0, Deadline.Of(30));

        await KillTenTimesAsync(node);
        await KillAllAsync(node);

        // The single crashes were no news while all were gone; what was told before is not told again.
        Assert.Single(node.Receiver.Told, told => told == "firing AllWorkersCrashed critical");
        Assert.Single(node.Receiver.Told, told => told == "firing WorkerCrashLoop critical");
    }

    private async Task KillTenTimesAsync(WatchedNode node)
    {
        var start = Stopwatch.GetTimestamp();
        var others = node.Server.WorkerIds().Skip(1).ToList();
        for (var death = 0; death < Deaths; death++)
        {
            // As soon as there is a process, so that it never gets far.
            var next = await Eventually.GetAsync(() => Task.FromResult(node.Server.WorkerIds().Except(others).FirstOrDefault()), pid => pid != 0, "the next process", Deadline.Of(10));
            Signals.Send(next, Signal.Kill);
            await Eventually.TrueAsync(() => !ProcFs.IsAlive(next), "it is gone");
        }

        await node.UntilWorkersAsync(4, 4, 0, Deadline.Of(15));
        output.WriteLine($"ten deaths in a row: all up again after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        Assert.Equal(Deaths, (await node.SamplesAsync("chat_worker_crash_total", "worker_id")).Values.Sum());
        Assert.Equal(others.Order(), node.Server.WorkerIds().Intersect(others).Order());
        await node.ToldAsync("firing WorkerCrash warning", start, Deadline.Of(25));
        await node.ToldAsync("firing WorkerCrashLoop critical", start, Deadline.Of(10));
        Assert.Equal(["firing WorkerCrash warning", "firing WorkerCrashLoop critical"], node.ToldOf("WorkerCrash", "WorkerCrashLoop", "AllWorkersCrashed").Order());
    }

    private async Task KillAllAsync(WatchedNode node)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var worker in node.Server.WorkerIds())
        {
            Signals.Send(worker, Signal.Kill);
        }

        await node.UntilWorkersAsync(4, 0, 4, Deadline.Of(1));
        var seen = Stopwatch.GetElapsedTime(start);
        var (code, health) = await node.HealthAsync();
        var told = await node.ToldAsync("firing AllWorkersCrashed critical", start, Deadline.Of(5));
        await node.UntilWorkersAsync(4, 4, 0, Deadline.Of(15));
        var back = Stopwatch.GetElapsedTime(start);
        await node.ToldAsync("resolved AllWorkersCrashed critical", start, Deadline.Of(15));

        output.WriteLine($"all killed: 503 after {seen.TotalSeconds:0.000} s, told after {told.TotalSeconds:0.00} s, all back after {back.TotalSeconds:0.0} s");
        Assert.Equal((503, "unhealthy"), (code, health.GetProperty("status").GetString()));
        Assert.InRange(told, TimeSpan.Zero, Deadline.Of(5));
        Assert.InRange(back, TimeSpan.Zero, Deadline.Of(15));
        await node.Server.WaitUntilReadyAsync();
    }
}
