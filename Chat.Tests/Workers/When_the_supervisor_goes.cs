using Chat.Tests.Support;

namespace Chat.Tests.Workers;

public sealed class When_the_supervisor_goes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task By_force_its_workers_leave_too_and_a_successor_takes_over_at_once()
    {
        await using var server = await ServerProcess.StartNewAsync(new() { Workers = 2 });
        await BothReadyAsync(server);
        var workers = server.WorkerIds();
        Assert.Equal(2, workers.Count);
        await server.Kill9Async();

        // Started while the orphans may still be on the port: it waits for them instead of sharing with them.
        await using var killed = server.Process;
        server.Launch();
        await Eventually.TrueAsync(() => !workers.Any(ProcFs.IsAlive), "no orphan is left");
        await BothReadyAsync(server);
        await server.WaitUntilReadyAsync();
    }

    [Theory]
    [InlineData((int)Signal.Terminate)]
    [InlineData((int)Signal.Interrupt)]
    public async Task On_request_all_leave_in_order_with_exit_code_0(int signal)
    {
        await using var server = await ServerProcess.StartNewAsync(new() { Workers = 2 });
        await BothReadyAsync(server);
        var workers = server.WorkerIds();
        Assert.Equal(0, await server.Process.EndAsync((Signal)signal, Patience));
        Assert.DoesNotContain(workers, ProcFs.IsAlive);
        await server.Output.WaitForAsync("w1 is Stopped: as asked: exit code 0", Patience);
        Assert.Null(await server.StatusAsync("/live"));
        Assert.False(File.Exists(Path.Combine(server.Folder, "data", "server.json")));
    }

    [Fact]
    public async Task On_request_while_a_worker_hangs_that_one_is_killed_and_the_exit_code_is_still_0()
    {
        var settings = new ServerSettings { Workers = 1 }.With("Workers:DrainWindow", "00:00:00.5").With("Workers:DrainGrace", "00:00:00.5");
        await using var server = await ServerProcess.StartNewAsync(settings);
        var worker = Assert.Single(server.WorkerIds());
        Signals.Send(worker, Signal.Stop);
        Assert.Equal(0, await server.SigtermAsync(Patience));
        Assert.False(ProcFs.IsAlive(worker));
    }

    [Fact]
    public async Task In_a_single_process_a_request_drains_and_ends_it_with_exit_code_0()
    {
        await using var server = await ServerProcess.StartNewAsync(new() { Workers = 0 });
        Assert.Empty(server.WorkerIds());
        Assert.Equal(0, await server.SigtermAsync(Patience));
        await server.Output.WaitForAsync("Drained in", Patience);
    }

    private static async Task BothReadyAsync(ServerProcess server)
    {
        await server.Output.WaitForAsync("w1 is Healthy", Patience);
        await server.Output.WaitForAsync("w2 is Healthy", Patience);
    }
}
