using Chat.Server.Workers.Ports;
using Chat.Tests.Support;

namespace Chat.Tests.Workers;

public sealed class When_a_worker_hangs
{
    private static readonly string[] Impatient = ["--Workers:UnresponsiveAfter=00:00:02", "--Workers:KillAfter=00:00:04"];

    [Fact]
    public async Task It_is_called_unresponsive_then_killed_and_replaced()
    {
        await using var node = await TestNode.StartAsync(2, null, null, Impatient);
        var workers = await node.AllHealthyAsync();
        Signals.Send(workers[0].Pid!.Value, Signal.Stop);

        await node.WaitAsync("w1", WorkerState.Unresponsive);
        Assert.True(ProcFs.Stat(workers[0].Pid!.Value)?.IsStopped);
        Assert.Equal((2, 1, 1), (node.Monitor.Current.Total, node.Monitor.Current.Healthy, node.Monitor.Current.Crashed));
        Assert.Equal(ExitReason.Hung, (await node.WaitAsync("w1", WorkerState.Crashed)).Exit!.Reason);
        await node.ReplacedAsync(workers[0]);
        Assert.Equal(workers[1].Pid, node.Find("w2").Pid);
    }

    [Fact]
    public async Task But_goes_on_in_time_it_is_left_alone()
    {
        await using var node = await TestNode.StartAsync(1, null, null, "--Workers:UnresponsiveAfter=00:00:02", "--Workers:KillAfter=00:01:00");
        var worker = (await node.AllHealthyAsync())[0];
        Signals.Send(worker.Pid!.Value, Signal.Stop);
        await node.WaitAsync("w1", WorkerState.Unresponsive);
        Signals.Send(worker.Pid.Value, Signal.Continue);
        await node.WaitAsync(e => e is { WorkerId: "w1", From: WorkerState.Unresponsive, To: WorkerState.Healthy }, "w1 to recover");
        Assert.Equal(worker.Pid, node.Find("w1").Pid);
    }

    [Fact]
    public async Task Only_because_its_thread_pool_is_starved_it_goes_on_beating_and_reports_the_delay()
    {
        await using var node = await TestNode.StartAsync(1, "starve", null, Impatient);
        var worker = (await node.AllHealthyAsync())[0];
        TestNode.Break(worker);
        await node.BeatAsync("w1", beat => beat.Vitals.ThreadPoolDelaySeconds > 5);
        Assert.DoesNotContain(node.Events, e => e.To is WorkerState.Unresponsive or WorkerState.Crashed);
        Assert.Equal(worker.Pid, node.Find("w1").Pid);
    }
}
