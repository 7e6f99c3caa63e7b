using Chat.Server.Workers;
using Chat.Server.Workers.Listening;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Runtime;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Tests.Workers.Runtime;

public sealed class DrainRunTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTimeProvider _time = new();
    private readonly DrainState _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task RunAsync_Steps_RunInOrderOnceAndKnowTheWindow()
    {
        var ran = new List<string>();
        using var drain = Drain(
            new Step((context, _) => { ran.Add($"first {context.Window.TotalSeconds} {context.Reason} {context.Others} {_state.IsDraining}"); return Task.CompletedTask; }),
            new Step((_, _) => { ran.Add("second"); return Task.CompletedTask; }));
        await Task.WhenAll(drain.RunAsync(3 * Second, "test"), drain.RunAsync(3 * Second, "again"));
        Assert.Equal(["first 3 test True True", "second"], ran);
    }

    [Fact]
    public async Task RunAsync_StepFails_TheNextStillRuns()
    {
        var ran = false;
        using var drain = Drain(
            new Step((_, _) => throw new InvalidOperationException("broken")),
            new Step((_, _) => { ran = true; return Task.CompletedTask; }));
        await drain.RunAsync(3 * Second, "test");
        Assert.True(ran);
    }

    [Fact]
    public async Task RunAsync_StepOverstays_IsCancelledShortlyAfterTheWindow()
    {
        using var drain = Drain(new Step((_, token) => Task.Delay(Timeout.Infinite, token)));
        var run = drain.RunAsync(3 * Second, "test");
        await _time.WaitForTimerAsync(3.5 * Second);
        Assert.False(run.IsCompleted);
        _time.Advance(3.5 * Second);
        await run.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task RunAsync_AskedAgainWithLessTime_Hurries()
    {
        using var drain = Drain(new Step((_, token) => Task.Delay(Timeout.Infinite, token)));
        var run = drain.RunAsync(600 * Second, "test");
        await _time.WaitForTimerAsync(600.5 * Second);
        _ = drain.RunAsync(TimeSpan.Zero, "now");
        await _time.WaitForTimerAsync(0.5 * Second);
        _time.Advance(0.5 * Second);
        await run.WaitAsync(Eventually.Patience);
    }

    private DrainRun Drain(params IDrainStep[] steps)
    {
        var plan = new ProcessPlan(ProcessRole.Worker, 2, [], "", Stateless: true);
        return new(steps, _state, new SharedPort(share: false), plan, _time, NullLogger<DrainRun>.Instance);
    }

    private sealed class Step(Func<DrainContext, CancellationToken, Task> run) : IDrainStep
    {
        public Task DrainAsync(DrainContext context, CancellationToken cancellationToken) => run(context, cancellationToken);
    }
}
