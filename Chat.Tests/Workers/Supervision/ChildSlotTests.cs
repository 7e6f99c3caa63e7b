using System.Text.Json;
using System.Threading.Channels;
using Chat.Server.Workers;
using Chat.Server.Workers.Control;
using Chat.Server.Workers.Ports;
using Chat.Server.Workers.Supervision;
using Chat.Tests.Support;

namespace Chat.Tests.Workers.Supervision;

public sealed class ChildSlotTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTimeProvider _time = new();
    private readonly FakeLauncher _launcher = new();
    private readonly Channel<WorkerEvent> _events = Channel.CreateUnbounded<WorkerEvent>();
    private readonly WorkersOptions _options = new();
    private readonly ChildSlot _slot;

    public ChildSlotTests() => _slot = NewSlot(ChildKind.Worker);

    [Fact]
    public async Task Exit_TenKillsInARow_BacksOffAndComesBackEachTime()
    {
        var pauses = new List<double>();
        _slot.Start();
        for (var kill = 1; kill <= 10; kill++)
        {
            var (child, _) = await ReadyAsync();
            child.Exit(137);
            var next = await NextAsync(WorkerState.BackingOff, WorkerState.Starting);
            var pause = next.To is WorkerState.BackingOff ? _slot.Describe().RetryAt!.Value - _time.GetUtcNow() : TimeSpan.Zero;
            pauses.Add(pause.TotalSeconds);
            if (pause > TimeSpan.Zero)
            {
                Assert.False(_launcher.HasMore);
                await _time.WaitForTimerAsync(pause);
                _time.Advance(pause);
            }
        }

        await ReadyAsync();
        Assert.Equal([0, 1, 2, 4, 8, 16, 30, 30, 30, 30], pauses);
        Assert.Equal((10, 10), (_slot.Describe().Restarts, _slot.Describe().Crashes));
    }

    [Fact]
    public async Task Exit_AfterAQuietMinute_RestartsAtOnceAgain()
    {
        _slot.Start();
        for (var round = 0; round < 3; round++)
        {
            var (child, _) = await ReadyAsync();
            _time.Advance(60 * Second);
            child.Exit(139);
            Assert.Equal(WorkerState.Starting, (await NextAsync(WorkerState.BackingOff, WorkerState.Starting)).To);
        }
    }

    [Fact]
    public async Task Exit_Crash_TellsTheWholeStory()
    {
        _slot.Start();
        var (child, _) = await ReadyAsync();
        child.Exit(137);
        var crashed = await NextAsync(WorkerState.Crashed);
        Assert.Equal((WorkerState.Healthy, 137, "SIGKILL", ExitReason.Crashed), (crashed.From, crashed.Exit!.Code, crashed.Exit.Signal, crashed.Exit.Reason));
        await ReadyAsync();
        var now = _slot.Describe();
        Assert.Equal((WorkerState.Healthy, 1, crashed.Exit), (now.State, now.Restarts, now.LastExit));
        Assert.NotEqual(child.Pid, now.Pid);
    }

    [Fact]
    public async Task Start_OnlyWhoReplacesACrashedOne_IsToldThatItIsMissed()
    {
        _slot.Start();
        var (first, _) = await ReadyAsync();
        first.Exit(137);
        var (second, _) = await ReadyAsync();
        _slot.Leave(Second, "restart", comeBack: true);
        second.Exit(0);
        var (third, _) = await ReadyAsync();
        Assert.Equal(["False", "True", "False"], new[] { first, second, third }.Select(c => c.Environment["missed"]));
    }

    [Fact]
    public async Task Exit_ZeroWithoutHavingBeenAsked_IsReplaced()
    {
        _slot.Start();
        var (child, _) = await ReadyAsync();
        child.Exit(0);
        Assert.Equal(ExitReason.Unrequested, (await NextAsync(WorkerState.Crashed)).Exit!.Reason);
        await ReadyAsync();
    }

    [Fact]
    public async Task Exit_ConfigurationRefused_StaysDownUntilStartedByHand()
    {
        _slot.Start();
        (await LaunchedAsync()).Exit(ExitCodes.Configuration);
        Assert.Equal(ExitReason.RefusedToStart, (await NextAsync(WorkerState.Failed)).Exit!.Reason);
        Assert.True(_slot.Describe().Wanted);
        Assert.Equal(CommandOutcome.Accepted, _slot.Start());
        await ReadyAsync();
    }

    [Fact]
    public async Task Exit_OutOfMemorySaidOnStandardError_IsToldApart()
    {
        _slot.Start();
        var (child, _) = await ReadyAsync();
        child.Write("Unhandled exception. System.OutOfMemoryException: no more");
        child.Exit(134);
        Assert.Equal(ExitReason.OutOfMemory, (await NextAsync(WorkerState.Crashed)).Exit!.Reason);
        Assert.Equal("Unhandled exception. System.OutOfMemoryException: no more", _slot.Lines[^1].Text);
    }

    [Fact]
    public async Task Launch_SystemRefuses_IsARefusalAndTriedAgain()
    {
        _launcher.Problem = "no such program";
        _slot.Start();
        var crashed = await NextAsync(WorkerState.Crashed);
        Assert.Equal((ExitReason.RefusedToStart, "no such program"), (crashed.Exit!.Reason, crashed.Exit.Text));
        await NextAsync(WorkerState.BackingOff);
        _launcher.Problem = null;
        Assert.Equal(CommandOutcome.Accepted, _slot.Start());
        await ReadyAsync();
    }

    [Fact]
    public async Task Watch_HeartbeatStops_UnresponsiveThenKilledThenReplaced()
    {
        _slot.Start();
        var (child, link) = await ReadyAsync();
        Beat(link);
        Silence(2.9);
        Assert.Equal(WorkerState.Healthy, _slot.Describe().State);
        Silence(0.1);
        Assert.Equal(WorkerState.Unresponsive, (await NextAsync(WorkerState.Unresponsive)).To);
        Silence(11.9);
        Assert.False(child.Killed);
        Silence(0.1);
        Assert.True(child.Killed);
        Assert.Equal(ExitReason.Hung, (await NextAsync(WorkerState.Crashed)).Exit!.Reason);
        await ReadyAsync();
    }

    [Fact]
    public async Task Watch_HeartbeatComesBack_IsHealthyAgain()
    {
        _slot.Start();
        var (child, link) = await ReadyAsync();
        Silence(5);
        await NextAsync(WorkerState.Unresponsive);
        Beat(link);
        Assert.Equal("its heartbeat is back", (await NextAsync(WorkerState.Healthy)).Text);
        Silence(2.9);
        Assert.Equal((WorkerState.Healthy, false), (_slot.Describe().State, child.Killed));
    }

    [Fact]
    public async Task Watch_ItWasTheSupervisorWhoSlept_NobodyIsBlamed()
    {
        _slot.Start();
        var (child, _) = await ReadyAsync();
        _time.Advance(100 * Second);
        _slot.Watch(forgive: true);
        Silence(2.9);
        Assert.Equal((WorkerState.Healthy, false), (_slot.Describe().State, child.Killed));
    }

    [Fact]
    public async Task Watch_NeverReady_IsKilled()
    {
        _slot.Start();
        var child = await LaunchedAsync();
        Silence(119.9);
        Assert.False(child.Killed);
        Silence(0.1);
        Assert.Equal(ExitReason.Hung, (await NextAsync(WorkerState.Crashed)).Exit!.Reason);
    }

    [Fact]
    public async Task Leave_ComingBack_DrainsAndStartsAnewWithoutCountingACrash()
    {
        _slot.Start();
        var (child, _) = await ReadyAsync();
        var ready = _slot.NextReadyAsync();
        Assert.Equal(CommandOutcome.Accepted, _slot.Leave(3 * Second, "restart", comeBack: true));
        Assert.Equal(CommandOutcome.Already, _slot.Leave(3 * Second, "restart", comeBack: true));
        Assert.Equal("restart", (await NextAsync(WorkerState.Draining)).Text);
        Assert.False(ready.IsCompleted);
        child.Exit(0);
        await ReadyAsync();
        Assert.True(await ready);
        Assert.Equal((1, 0, ExitReason.Requested), (_slot.Describe().Restarts, _slot.Describe().Crashes, _slot.Describe().LastExit!.Reason));
    }

    [Fact]
    public async Task Leave_ReplacementFails_TellsWhoWaits()
    {
        _slot.Start();
        var (child, _) = await ReadyAsync();
        var ready = _slot.NextReadyAsync();
        _slot.Leave(3 * Second, "restart", comeBack: true);
        child.Exit(0);
        (await LaunchedAsync()).Exit(1);
        Assert.False(await ready);
    }

    [Fact]
    public async Task Leave_ForGood_StaysDownUntilStarted()
    {
        _slot.Start();
        var (child, _) = await ReadyAsync();
        _slot.Leave(3 * Second, "drain", comeBack: false);
        child.Exit(0);
        await NextAsync(WorkerState.Stopped);
        Assert.Equal((false, CommandOutcome.Already), (_slot.Describe().Wanted, _slot.Leave(3 * Second, "drain", comeBack: false)));
        Assert.Equal(CommandOutcome.Accepted, _slot.Start());
        Assert.Equal(CommandOutcome.Already, _slot.Start());
        await ReadyAsync();
    }

    [Fact]
    public async Task Leave_DrainTakesTooLong_IsKilledAndStillCountsAsAsked()
    {
        _slot.Start();
        var (child, _) = await ReadyAsync();
        _slot.Leave(10 * Second, "drain", comeBack: false);
        _time.Advance(11.4 * Second);
        Assert.False(child.Killed);
        _time.Advance(0.1 * Second);
        Assert.True(child.Killed);
        Assert.Equal(ExitReason.Requested, (await NextAsync(WorkerState.Stopped)).Exit!.Reason);
    }

    [Fact]
    public async Task Close_DuringALongDrain_TheShorterTimeCounts()
    {
        _slot.Start();
        var (child, _) = await ReadyAsync();
        _slot.Leave(600 * Second, "restart", comeBack: true);
        var closed = _slot.CloseAsync(3 * Second, "the server stops");
        _time.Advance(4.5 * Second);
        Assert.True(child.Killed);
        await closed.WaitAsync(Eventually.Patience);
        Assert.Equal((WorkerState.Stopped, CommandOutcome.Already), (_slot.Describe().State, _slot.Start()));
    }

    [Fact]
    public async Task Close_WhileBackingOff_EndsAtOnce()
    {
        _slot.Start();
        for (var start = 0; start < 2; start++)
        {
            (await LaunchedAsync()).Exit(1);
        }

        await NextAsync(WorkerState.BackingOff);
        await _slot.CloseAsync(3 * Second, "the server stops").WaitAsync(Eventually.Patience);
        Assert.Equal(WorkerState.Stopped, _slot.Describe().State);
    }

    /// <summary>Closed in the moment of a start, a slot must not be left with a process that nobody sends away.</summary>
    [Fact]
    public async Task Close_WhileAProcessIsBeingStarted_LeavesNoneBehind()
    {
        var launcher = new FakeLauncher { Obedient = true };
        for (var round = 0; round < 10_000; round++)
        {
            var slot = NewSlot(ChildKind.Worker, launcher);
            slot.Start();
            var child = await launcher.NextAsync();
            slot.Leave(3 * Second, "restart", comeBack: true);
            Thread.SpinWait(round % 250 * 4);
            await slot.CloseAsync(TimeSpan.Zero, "the server stops").WaitAsync(Eventually.Patience);
            Assert.True(child.Exited.IsCompleted);
            while (launcher.HasMore)
            {
                await launcher.NextAsync();
            }
        }
    }

    [Fact]
    public async Task Leave_BeforeItsHello_IsAskedBySignalAndAgainWhenItCanHear()
    {
        _slot.Start();
        var child = await LaunchedAsync();
        _slot.Leave(3 * Second, "drain", comeBack: false);
        Assert.True(child.Terminated);
        var stream = new MemoryStream();
        Assert.True(_slot.Attach(new("w1", Key(child), child.Pid), new WorkerLink(stream)));
    }

    [Fact]
    public async Task Attach_StrangerOrSecond_IsSentAway()
    {
        _slot.Start();
        var child = await LaunchedAsync();
        Assert.False(_slot.Attach(new("w1", "guessed", 1), new WorkerLink(Stream.Null)));
        Assert.True(_slot.Attach(new("w1", Key(child), child.Pid), new WorkerLink(Stream.Null)));
        Assert.False(_slot.Attach(new("w1", Key(child), child.Pid), new WorkerLink(Stream.Null)));
    }

    [Fact]
    public async Task Companion_IsHealthyOnceStartedAndReplacedWhenItEnds()
    {
        var companion = NewSlot(ChildKind.Companion);
        companion.Start();
        var child = await _launcher.NextAsync();
        await NextAsync(WorkerState.Healthy);
        _time.Advance(1000 * Second);
        companion.Watch(forgive: false);
        child.Exit(1);
        Assert.Equal(ExitReason.Crashed, (await NextAsync(WorkerState.Crashed)).Exit!.Reason);
        await _launcher.NextAsync();
    }

    private static string Key(FakeChild child) => child.Environment["key"];

    private ChildSlot NewSlot(ChildKind kind, FakeLauncher? launcher = null) => new(
        new("w1", kind, "none", [], new Dictionary<string, string>()),
        new(launcher ?? _launcher, _options, _time, (_, key, missed) => new Dictionary<string, string> { ["key"] = key, ["missed"] = missed.ToString() }, e => _events.Writer.TryWrite(e), (_, _) => { }));

    /// <summary>The slot starts a process under its lock; asked for its state it answers after that.</summary>
    private async Task<FakeChild> LaunchedAsync()
    {
        var child = await _launcher.NextAsync();
        _slot.Describe();
        return child;
    }

    private async Task<(FakeChild Child, WorkerLink Link)> ReadyAsync()
    {
        var child = await LaunchedAsync();
        var link = new WorkerLink(Stream.Null);
        Assert.True(_slot.Attach(new("w1", Key(child), child.Pid), link));
        _slot.OnMessage(link, new Ready());
        await NextAsync(WorkerState.Healthy);
        return (child, link);
    }

    private void Beat(WorkerLink link) =>
        _slot.OnMessage(link, new Beat(new(1, 1, 0, 0, 0, 0, 0, 0, Draining: false), new Dictionary<string, JsonElement>()));

    private void Silence(double seconds)
    {
        _time.Advance(seconds * Second);
        _slot.Watch(forgive: false);
    }

    /// <summary>The next event that leads to one of the states.</summary>
    private async Task<WorkerEvent> NextAsync(params WorkerState[] states)
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        while (true)
        {
            var next = await _events.Reader.ReadAsync(limit.Token);
            if (next.To is { } to && states.Contains(to))
            {
                return next;
            }
        }
    }
}
