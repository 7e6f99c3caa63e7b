using System.Diagnostics;
using System.Text.Json;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Supervision;
using Chat.Tests.Support;

namespace Chat.Tests.Workers.Supervision;

/// <summary>What the console uses is seen from outside, of the process that runs now and of no earlier one.</summary>
public sealed class CompanionUseTests
{
    private readonly ManualTimeProvider _time = new();
    private ProcessUse? _seen = new(TimeSpan.FromSeconds(5), 1000);

    [Fact]
    public void Measured_OverTime_TellsTheShareSinceTheLastTime()
    {
        var use = new CompanionUse(_time, _ => _seen);
        Assert.Null(use.Of(Console(7)).Use);
        use.Measure(Console(7));
        Assert.Equal(new WorkerUse(null, 1000), use.Of(Console(7)).Use);

        _time.Advance(TimeSpan.FromSeconds(2));
        _seen = new(TimeSpan.FromSeconds(8), 2000);
        use.Measure(Console(7));
        Assert.Equal(new WorkerUse(1.5, 2000), use.Of(Console(7)).Use);
    }

    [Fact]
    public void Measured_AnotherProcessOrNone_ForgetsTheOneBefore()
    {
        var use = new CompanionUse(_time, _ => _seen);
        use.Measure(Console(7));
        Assert.Null(use.Of(Console(8)).Use);
        _time.Advance(TimeSpan.FromSeconds(2));
        use.Measure(Console(8));
        Assert.Null(use.Of(Console(8)).Use!.CpuShare);

        use.Measure(Console(null));
        Assert.Null(use.Of(Console(null)).Use);
        _seen = null;
        use.Measure(Console(8));
        Assert.Null(use.Of(Console(8)).Use);
    }

    [Fact]
    public async Task ProcessUse_OfARunningAndOfAGoneProcess()
    {
        using var self = Process.GetCurrentProcess();
        Assert.InRange(ProcessUse.Of(self.Id)!.WorkingSetBytes, 1_000_000, long.MaxValue);
        await using var other = ManagedProcess.Start(new ProcessCommand("sleep", ["60"]));
        Assert.NotNull(ProcessUse.Of(other.Id));
        await other.KillAsync();
        Assert.Null(ProcessUse.Of(other.Id));
    }

    private static WorkerSnapshot Console(int? pid) => new(
        "console", pid, WorkerState.Healthy, Wanted: true, DateTimeOffset.UnixEpoch, Restarts: 0, Crashes: 0, LastExit: null, RetryAt: null, HeartbeatAge: null, Vitals: null, new Dictionary<string, JsonElement>());
}
