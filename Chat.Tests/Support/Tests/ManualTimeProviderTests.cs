namespace Chat.Tests.Support.Tests;

public sealed class ManualTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Advance_Clocks_MoveTogether()
    {
        var date = _time.GetUtcNow();
        var stamp = _time.GetTimestamp();
        _time.Advance(1.5 * Second);
        Assert.Equal(date + (1.5 * Second), _time.GetUtcNow());
        Assert.Equal(1.5 * Second, _time.GetElapsedTime(stamp));
    }

    [Fact]
    public void JumpWallClock_Back_LeavesTimestampsAndTimers()
    {
        var date = _time.GetUtcNow();
        var stamp = _time.GetTimestamp();
        var fired = 0;
        using var timer = _time.CreateTimer(_ => fired++, null, Second, Timeout.InfiniteTimeSpan);
        _time.JumpWallClock(TimeSpan.FromHours(-1));
        Assert.Equal(date - TimeSpan.FromHours(1), _time.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _time.GetElapsedTime(stamp));
        _time.Advance(Second);
        Assert.Equal(1, fired);
    }

    [Fact]
    public void Advance_SeveralTimers_FireInOrderEachAtItsTime()
    {
        var fired = new List<(string Name, TimeSpan At)>();
        using var late = Timer("late", 3 * Second);
        using var early = Timer("early", Second);
        using var twin = Timer("twin", Second);
        _time.Advance(3 * Second);
        Assert.Equal([("early", Second), ("twin", Second), ("late", 3 * Second)], fired);
        Assert.Equal(0, _time.ActiveTimers);

        ITimer Timer(string name, TimeSpan due) =>
            _time.CreateTimer(_ => fired.Add((name, _time.Elapsed)), null, due, Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void Advance_PeriodicTimer_FiresEachPeriodUntilDisposed()
    {
        var fired = new List<TimeSpan>();
        var timer = _time.CreateTimer(_ => fired.Add(_time.Elapsed), null, Second, 2 * Second);
        _time.Advance(5 * Second);
        Assert.Equal([Second, 3 * Second, 5 * Second], fired);
        timer.Dispose();
        _time.Advance(10 * Second);
        Assert.Equal(3, fired.Count);
        Assert.False(timer.Change(Second, Second));
    }

    [Fact]
    public void Change_RunningTimer_StartsAnew()
    {
        var fired = 0;
        using var timer = _time.CreateTimer(_ => fired++, null, Second, Timeout.InfiniteTimeSpan);
        timer.Change(2 * Second, Timeout.InfiniteTimeSpan);
        _time.Advance(Second);
        Assert.Equal(0, fired);
        Assert.Equal(Second, _time.NextDue);
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _time.Advance(9 * Second);
        Assert.Equal(0, fired);
    }

    [Fact]
    public void Advance_CallbackStartsATimer_FiresItInTheSameAdvance()
    {
        TimeSpan? second = null;
        using var first = _time.CreateTimer(
            _ => _time.CreateTimer(_ => second = _time.Elapsed, null, Second, Timeout.InfiniteTimeSpan), null, Second, Timeout.InfiniteTimeSpan);
        _time.Advance(2 * Second);
        Assert.Equal(2 * Second, second);
    }

    [Fact]
    public async Task Advance_DelayAndPeriodicTimer_Complete()
    {
        var delay = Task.Delay(Second, _time);
        using var periodic = new PeriodicTimer(2 * Second, _time);
        var tick = periodic.WaitForNextTickAsync().AsTask();
        _time.Advance(Second);
        await delay.WaitAsync(Eventually.Patience);
        Assert.False(tick.IsCompleted);
        _time.Advance(Second);
        Assert.True(await tick.WaitAsync(Eventually.Patience));
    }

    [Fact]
    public async Task CreateTimer_DueAtOnce_FiresWithoutAdvance()
    {
        var fired = new TaskCompletionSource();
        using var timer = _time.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await fired.Task.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task WaitForTimers_LoopInAnotherTask_IsDrivenRoundByRound()
    {
        var rounds = 0;
        using var stop = new CancellationTokenSource();
        var loop = Task.Run(async () =>
        {
            while (true)
            {
                await Task.Delay(Second, _time, stop.Token);
                rounds++;
            }
        });

        for (var round = 1; round <= 5; round++)
        {
            await _time.WaitForStartsAsync(round);
            Assert.Equal(round - 1, rounds);
            _time.Advance(Second);
        }

        await _time.WaitForTimerAsync(Second);
        Assert.Equal(5, rounds);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);
    }

    [Fact]
    public async Task WaitForTimersAsync_NoneComes_TellsWhatRuns()
    {
        using var timer = _time.CreateTimer(_ => { }, null, Second, Timeout.InfiniteTimeSpan);
        var error = await Assert.ThrowsAsync<TimeoutException>(() => _time.WaitForTimersAsync(2, TimeSpan.FromMilliseconds(50)));
        Assert.Contains("[00:00:01]", error.Message);
    }
}
