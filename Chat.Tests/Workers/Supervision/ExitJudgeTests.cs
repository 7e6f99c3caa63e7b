using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Supervision;

namespace Chat.Tests.Workers.Supervision;

public sealed class ExitJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(137, "SIGKILL", (int)ExitReason.Crashed)]
    [InlineData(139, "SIGSEGV", (int)ExitReason.Crashed)]
    [InlineData(134, "SIGABRT", (int)ExitReason.Crashed)]
    [InlineData(3, null, (int)ExitReason.Crashed)]
    [InlineData(0, null, (int)ExitReason.Unrequested)]
    public void Judge_ReadyAndNotAsked_TellsSignalAndReason(int code, string? signal, int reason)
    {
        var exit = ExitJudge.Judge(Ready(code), Now);
        Assert.Equal((code, signal, (ExitReason)reason, Now), (exit.Code, exit.Signal, exit.Reason, exit.At));
    }

    [Theory]
    [InlineData(78, (int)ExitReason.RefusedToStart)]
    [InlineData(0, (int)ExitReason.RefusedToStart)]
    [InlineData(134, (int)ExitReason.RefusedToStart)]
    [InlineData(137, (int)ExitReason.Crashed)]
    public void Judge_NotReady_IsARefusalUnlessASignalCameFromOutside(int code, int reason) =>
        Assert.Equal((ExitReason)reason, ExitJudge.Judge(Ready(code) with { WasReady = false }, Now).Reason);

    [Fact]
    public void Judge_KilledBySupervisor_IsAHangAndNotACrash()
    {
        Assert.Equal(ExitReason.Hung, ExitJudge.Judge(Ready(137) with { KilledFor = KilledFor.NoHeartbeat }, Now).Reason);
        Assert.Equal(ExitReason.Hung, ExitJudge.Judge(Ready(137) with { WasReady = false, KilledFor = KilledFor.NeverReady }, Now).Reason);
    }

    [Fact]
    public void Judge_OutOfMemory_IsToldEvenBeforeReady() =>
        Assert.Equal(ExitReason.OutOfMemory, ExitJudge.Judge(Ready(137) with { WasReady = false, OutOfMemory = true }, Now).Reason);

    [Theory]
    [InlineData(0)]
    [InlineData(143)]
    public void Judge_Asked_IsRequested(int code) => Assert.Equal(ExitReason.Requested, ExitJudge.Judge(Ready(code) with { Requested = true }, Now).Reason);

    [Fact]
    public void Judge_DrainOverrun_IsRequestedAndSaysThatItWasKilled()
    {
        var exit = ExitJudge.Judge(Ready(137) with { Requested = true, KilledFor = KilledFor.DrainOverrun }, Now);
        Assert.Equal(ExitReason.Requested, exit.Reason);
        Assert.Contains("killed", exit.Text, StringComparison.Ordinal);
    }

    private static ExitFacts Ready(int code) => new(code, WasReady: true, Requested: false, KilledFor.Nothing, OutOfMemory: false);
}
