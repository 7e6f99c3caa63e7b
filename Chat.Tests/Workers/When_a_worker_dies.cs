using Chat.Server.Workers.Ports;
using Chat.Tests.Support;

namespace Chat.Tests.Workers;

public sealed class When_a_worker_dies
{
    [Fact]
    public async Task Its_place_is_filled_again_and_the_others_do_not_notice()
    {
        await using var node = await TestNode.StartAsync(workers: 2);
        var workers = await node.AllHealthyAsync();
        Signals.Send(workers[0].Pid!.Value, Signal.Kill);

        var crashed = await node.WaitAsync("w1", WorkerState.Crashed);
        Assert.Equal((137, "SIGKILL", ExitReason.Crashed), (crashed.Exit!.Code, crashed.Exit.Signal, crashed.Exit.Reason));
        var successor = await node.ReplacedAsync(workers[0]);
        Assert.Equal((1, 1), (successor.Restarts, successor.Crashes));
        var other = node.Find("w2");
        Assert.Equal((workers[1].Pid, 0), (other.Pid, other.Restarts));
        Assert.Equal((2, 2, 0), (node.Monitor.Current.Total, node.Monitor.Current.Healthy, node.Monitor.Current.Crashed));
    }

    [Fact]
    public async Task The_port_is_served_by_the_others_meanwhile()
    {
        await using var node = await TestNode.StartAsync(2, null, null, "--Workers:BackOffFirst=00:01:00", "--Workers:BackOffMost=00:01:00");
        var first = (await node.AllHealthyAsync())[0];
        Signals.Send(first.Pid!.Value, Signal.Kill);
        Signals.Send((await node.ReplacedAsync(first)).Pid!.Value, Signal.Kill);
        await node.WaitAsync("w1", WorkerState.BackingOff);
        Assert.Equal((2, 1, 1), (node.Monitor.Current.Total, node.Monitor.Current.Healthy, node.Monitor.Current.Crashed));

        var clients = await node.ConnectAsync(20);
        Assert.All(clients, client => Assert.True(client.Connected));
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    [Theory]
    [InlineData("exit0", 0, (int)ExitReason.Unrequested)]
    [InlineData("throw", 134, (int)ExitReason.Crashed)]
    [InlineData("eat", 134, (int)ExitReason.OutOfMemory)]
    public async Task An_exit_that_nobody_asked_for_is_replaced_whatever_its_code(string fault, int code, int reason)
    {
        await using var node = await TestNode.StartAsync(workers: 1, fault);
        var worker = (await node.AllHealthyAsync())[0];
        TestNode.Break(worker);
        var crashed = await node.WaitAsync("w1", WorkerState.Crashed);
        Assert.Equal((code, (ExitReason)reason), (crashed.Exit!.Code, crashed.Exit.Reason));
        await node.ReplacedAsync(worker);
        if (fault == "throw")
        {
            Assert.Contains(node.Monitor.LogOf("w1"), line => line.IsError && line.Text.Contains("thrown by the test", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Ten_deaths_in_a_row_are_paced_and_survived()
    {
        await using var node = await TestNode.StartAsync(1, null, null, "--Workers:BackOffFirst=00:00:00.010", "--Workers:BackOffMost=00:00:00.040");
        var worker = (await node.AllHealthyAsync())[0];
        for (var death = 0; death < 10; death++)
        {
            Signals.Send(worker.Pid!.Value, Signal.Kill);
            worker = await node.ReplacedAsync(worker);
        }

        var pauses = node.Events.Where(e => e.To is WorkerState.BackingOff).Select(e => e.Text.Split(' ')[^2]);
        Assert.Equal(["0.01", "0.02", "0.04", "0.04", "0.04", "0.04", "0.04", "0.04", "0.04"], pauses);
        Assert.Equal((10, WorkerState.Healthy), (worker.Restarts, worker.State));
    }
}
