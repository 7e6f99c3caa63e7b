using Chat.Server.Workers.Ports;
using Chat.Tests.Support;

namespace Chat.Tests.Workers;

public sealed class When_a_worker_refuses_to_start
{
    private readonly string _refusal = Path.Combine(TestRun.NewFolder("refusal"), "code");

    [Fact]
    public async Task Because_of_its_configuration_nothing_is_tried_until_somebody_says_so()
    {
        await using var node = await TestNode.StartAsync(workers: 2, refuseWhile: _refusal);
        var worker = (await node.AllHealthyAsync())[0];
        await File.WriteAllTextAsync(_refusal, "78");
        Signals.Send(worker.Pid!.Value, Signal.Kill);

        var failed = await node.WaitAsync("w1", WorkerState.Failed);
        Assert.Equal((78, ExitReason.RefusedToStart), (failed.Exit!.Code, failed.Exit.Reason));
        Assert.Contains(node.Monitor.LogOf("w1"), line => line.Text == "refused by the test");
        Assert.Equal((2, 1, 1), (node.Monitor.Current.Total, node.Monitor.Current.Healthy, node.Monitor.Current.Crashed));

        File.Delete(_refusal);
        Assert.Equal(CommandOutcome.Accepted, node.Commands.Start("w1"));
        await node.ReplacedAsync(worker);
    }

    [Fact]
    public async Task For_another_reason_it_is_tried_again()
    {
        await using var node = await TestNode.StartAsync(workers: 1, refuseWhile: _refusal);
        var worker = (await node.AllHealthyAsync())[0];
        await File.WriteAllTextAsync(_refusal, "70");
        Signals.Send(worker.Pid!.Value, Signal.Kill);
        await node.WaitAsync(e => e.Exit is { Code: 70, Reason: ExitReason.RefusedToStart } && e.To is WorkerState.Crashed, "the refusal");
        File.Delete(_refusal);
        await node.ReplacedAsync(worker);
    }

    [Fact]
    public async Task A_restart_of_all_stops_there()
    {
        await using var node = await TestNode.StartAsync(workers: 2, refuseWhile: _refusal);
        var workers = await node.AllHealthyAsync();
        await File.WriteAllTextAsync(_refusal, "78");
        Assert.Equal(CommandOutcome.Accepted, node.Commands.RestartAll());
        await node.WaitAsync("w1", WorkerState.Failed);
        await Eventually.TrueAsync(() => node.Monitor.Current.Rolling is { Running: false }, "the restart of all was given up");
        Assert.Equal((0, "w1 did not start again."), (node.Monitor.Current.Rolling!.Done, node.Monitor.Current.Rolling.Problem));
        Assert.Equal((workers[1].Pid, WorkerState.Healthy), (node.Find("w2").Pid, node.Find("w2").State));
    }
}
