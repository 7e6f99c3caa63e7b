using Chat.Tests.Support;

namespace Chat.Tests.Workers;

public sealed class When_the_supervisor_goes
{
    private readonly string _folder = TestRun.NewFolder("server");
    private readonly int _port = FreePort.Next();

    [Fact]
    public async Task By_force_its_workers_leave_too_and_a_successor_takes_over_at_once()
    {
        await using var server = ServerProcess.Start(_folder, _port, workers: 2);
        await server.ReadyAsync(2);
        var workers = server.Workers();
        Assert.Equal(2, workers.Count);
        server.Signal(Signal.Kill);

        // Started while the orphans may still be on the port: it waits for them instead of sharing with them.
        await using var successor = ServerProcess.Start(_folder, _port, workers: 2);
        await Eventually.TrueAsync(() => !workers.Any(ProcFs.IsAlive), "no orphan is left");
        await successor.ReadyAsync(2);
        Assert.True(await successor.AnswersAsync());
    }

    [Theory]
    [InlineData((int)Signal.Terminate)]
    [InlineData((int)Signal.Interrupt)]
    public async Task On_request_all_leave_in_order_with_exit_code_0(int signal)
    {
        await using var server = ServerProcess.Start(_folder, _port, workers: 2);
        await server.ReadyAsync(2);
        var workers = server.Workers();
        server.Signal((Signal)signal);
        Assert.Equal(0, await server.Exited);
        Assert.DoesNotContain(workers, ProcFs.IsAlive);
        Assert.Contains(server.Output.Lines, line => line.Contains("w1 is Stopped: as asked: exit code 0", StringComparison.Ordinal));
        Assert.False(await server.AnswersAsync());
        Assert.Equal(["server.lock"], Directory.GetFiles(Path.Combine(_folder, "data")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task On_request_while_a_worker_hangs_that_one_is_killed_and_the_exit_code_is_still_0()
    {
        await using var server = ServerProcess.Start(_folder, _port, workers: 1, ("Workers__DrainWindow", "00:00:00.5"), ("Workers__DrainGrace", "00:00:00.5"));
        await server.ReadyAsync(1);
        var worker = Assert.Single(server.Workers());
        Signals.Send(worker, Signal.Stop);
        server.Signal(Signal.Terminate);
        Assert.Equal(0, await server.Exited);
        Assert.False(ProcFs.IsAlive(worker));
    }

    [Fact]
    public async Task In_a_single_process_a_request_drains_and_ends_it_with_exit_code_0()
    {
        await using var server = ServerProcess.Start(_folder, _port, workers: 0);
        await Eventually.TrueAsync(server.AnswersAsync, "the server answers");
        Assert.Empty(server.Workers());
        server.Signal(Signal.Terminate);
        Assert.Equal(0, await server.Exited);
        Assert.Contains(server.Output.Lines, line => line.Contains("Drained in", StringComparison.Ordinal));
    }
}
