using System.Text.Json;
using Chat.Contracts.Management;
using Chat.Tests.Support;
using Chat.Tests.Workers;

namespace Chat.Tests.Faults;

/// <summary>F06: the kernel kills a worker because its container has no memory left.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class When_memory_runs_out
{
    private const long Room = 128 * 1024 * 1024;

    [Fact]
    public async Task The_worker_is_replaced_and_its_end_is_called_what_it_was()
    {
        using var group = new MemoryGroup();
        await using var node = await ServerProcess.StartNewAsync(new ServerSettings
        {
            Workers = 1,
            Wrapper = group.Wrapper,
            Variables = new Dictionary<string, string?>
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
                [StartupHook.OnSignal] = "swallow",
            },
        });
        await node.UntilWorkersAsync(1, 1, 0, Deadline.Of(10));
        Assert.True(Score(node.WorkerIds()[0]) > Score(node.Process.Id), "the kernel is to take the worker and not the supervisor");
        group.Limit = group.Used + Room;

        Signals.Send(Assert.Single(node.WorkerIds()), (Signal)10);

        var exit = await Eventually.GetAsync(() => LastExitAsync(node), e => e is not null, "the worker has ended", Deadline.Of(20));
        Assert.Equal((137, "SIGKILL", "out-of-memory"), (exit!.Code, exit.Signal, exit.Reason));
        await node.UntilWorkersAsync(1, 1, 0, Deadline.Of(20));
        Assert.Equal(1, (await node.SamplesAsync("chat_worker_crash_total", "reason"))["oom"]);
    }

    private static int Score(int pid) => int.Parse(File.ReadAllText($"/proc/{pid}/oom_score_adj"), System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<WorkerExitView?> LastExitAsync(ServerProcess node)
    {
        var workers = await node.Management.GetStringAsync(ManagementRoutes.Workers);
        return JsonSerializer.Deserialize<WorkersAnswer>(workers, Chat.Contracts.ChatJson.Options)!.Workers[0].LastExit;
    }
}
