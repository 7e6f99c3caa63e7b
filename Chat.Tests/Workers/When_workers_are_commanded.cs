using System.Net.Sockets;
using Chat.Server.Workers.Ports;
using Chat.Tests.Support;

namespace Chat.Tests.Workers;

public sealed class When_workers_are_commanded
{
    [Fact]
    public async Task A_restart_of_all_replaces_one_after_the_other_and_never_fewer_than_all_but_one_serve()
    {
        await using var node = await TestNode.StartAsync(workers: 3);
        var before = await node.AllHealthyAsync();
        var fewest = int.MaxValue;
        node.Monitor.Happened += _ => fewest = Math.Min(fewest, node.Monitor.Current.Workers.Count(w => w.State is WorkerState.Healthy));
        Assert.Equal(CommandOutcome.Accepted, node.Commands.RestartAll());
        Assert.Equal(CommandOutcome.Already, node.Commands.RestartAll());
        foreach (var worker in before)
        {
            await node.ReplacedAsync(worker);
        }

        await Eventually.TrueAsync(() => node.Monitor.Current.Rolling is { Running: false, Done: 3, Total: 3, Problem: null }, "all were restarted");
        Assert.Equal(2, fewest);
        var order = node.Events.Where(e => e.To is WorkerState.Draining).Select(e => e.WorkerId);
        Assert.Equal(["w1", "w2", "w3"], order);
        Assert.All(node.Monitor.Current.Workers, w => Assert.Equal((1, 0, 0), (w.Restarts, w.Crashes, w.LastExit!.Code)));
    }

    [Fact]
    public async Task A_drained_one_stays_down_until_it_is_started()
    {
        await using var node = await TestNode.StartAsync(workers: 2);
        var worker = (await node.AllHealthyAsync())[1];
        await Neither_port_says_what_serves_itAsync(node);
        Assert.Equal(CommandOutcome.Accepted, node.Commands.Drain("w2"));
        var stopped = await node.WaitAsync(e => e is { WorkerId: "w2", To: WorkerState.Stopped }, "w2 to stop");
        Assert.Equal((0, ExitReason.Requested), (stopped.Exit!.Code, stopped.Exit.Reason));
        Assert.Equal((1, 1, 0), (node.Monitor.Current.Total, node.Monitor.Current.Healthy, node.Monitor.Current.Crashed));
        Assert.Equal(CommandOutcome.Already, node.Commands.Stop("w2"));
        Assert.Equal(CommandOutcome.Accepted, node.Commands.Start("w2"));
        await node.ReplacedAsync(worker);
        Assert.Equal(CommandOutcome.UnknownWorker, node.Commands.Restart("w3"));
    }

    [Fact]
    public async Task A_terminated_one_leaves_in_order_and_is_replaced()
    {
        await using var node = await TestNode.StartAsync(workers: 1);
        var worker = (await node.AllHealthyAsync())[0];
        Signals.Send(worker.Pid!.Value, Signal.Terminate);
        Assert.Equal("SIGTERM", (await node.WaitAsync("w1", WorkerState.Draining)).Text);
        Assert.Equal(0, (await node.WaitAsync("w1", WorkerState.Crashed)).Exit!.Code);
        await node.ReplacedAsync(worker);
    }

    [Fact]
    public async Task Ctrl_C_at_the_terminal_is_left_to_the_supervisor()
    {
        await using var node = await TestNode.StartAsync(workers: 1);
        var worker = (await node.AllHealthyAsync())[0];
        Signals.Send(worker.Pid!.Value, Signal.Interrupt);
        await node.BeatAsync("w1", _ => true);
        await node.BeatAsync("w1", _ => true);
        Assert.Equal((WorkerState.Healthy, worker.Pid), (node.Find("w1").State, node.Find("w1").Pid));
    }

    [Fact]
    public async Task New_connections_are_spread_over_all_and_avoid_the_one_that_drains()
    {
        await using var node = await TestNode.StartAsync(workers: 2);
        var workers = await node.AllHealthyAsync();
        var idle = workers.Select(w => ProcFs.OpenFiles(w.Pid!.Value)).ToArray();
        var clients = await node.ConnectAsync(60);
        await Eventually.TrueAsync(
            () => workers.Select((w, i) => ProcFs.OpenFiles(w.Pid!.Value) - idle[i]).All(taken => taken >= 5),
            "both workers have some of 60 connections");
        foreach (var client in clients)
        {
            client.Dispose();
        }

        node.Commands.Drain("w1");
        await node.WaitAsync("w1", WorkerState.Draining);
        await node.WaitAsync(e => e is { WorkerId: "w1", To: WorkerState.Stopped }, "w1 to stop");
        foreach (var client in await node.ConnectAsync(20))
        {
            Assert.True(client.Connected);
            client.Dispose();
        }

        await node.StopAsync();
        await Assert.ThrowsAsync<SocketException>(() => node.ConnectAsync(1));
    }

    private static async Task Neither_port_says_what_serves_itAsync(TestNode node)
    {
        using var http = new HttpClient();
        foreach (var port in (int[])[node.Port, node.ManagementPort])
        {
            using var answer = await http.GetAsync($"http://127.0.0.1:{port}/live");
            Assert.False(answer.Headers.Contains("Server"), $"port {port} answers with a Server header");
        }
    }
}
