using Chat.Server.Health;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Health;

public sealed class HealthMonitorTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeProbe _database = new("database", "ready");
    private readonly FakeProbe _redis = new("redis");
    private readonly TestOptionsMonitor<HealthOptions> _options = new(new() { CheckEveryOf = new() { ["database"] = TimeSpan.FromSeconds(2) } });
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly HealthMonitor _monitor;

    public HealthMonitorTests()
    {
        var lifecycle = new HealthLifecycle();
        lifecycle.MarkStarted();
        _monitor = new HealthMonitor(
            [_database, _redis],
            new RegisteredChecks(Options.Create(new HealthCheckServiceOptions()), _services.GetRequiredService<IServiceScopeFactory>()),
            lifecycle,
            _options,
            _time,
            NullLogger<HealthMonitor>.Instance);
    }

    [Fact]
    public async Task Check_CheckHangsAndIgnoresItsToken_IsFailedAfterTwoSecondsAndNotStartedTwice()
    {
        await CheckAsync();
        var entered = new TaskCompletionSource();
        var hang = new TaskCompletionSource<ProbeResult>();
        _database.Answer = _ =>
        {
            entered.SetResult();
            return hang.Task;
        };

        var check = _monitor.CheckAllAsync(CancellationToken.None);
        await entered.Task.WaitAsync(Eventually.Patience);
        await Eventually.EqualAsync(1, () => _time.ActiveTimers, "only the hanging check's time limit runs");
        _time.Advance(TimeSpan.FromSeconds(2));
        await check;
        Assert.Equal(HealthLevel.Degraded, _monitor.Current.Level);

        await CheckAsync();

        Assert.Equal("did not answer in 2 s", _monitor.Current.Find("database")!.Description);
        Assert.Equal(HealthLevel.Unhealthy, _monitor.Current.Level);
        Assert.False(_monitor.Current.Ready);
        Assert.Equal(2, _database.Calls);

        hang.SetResult(ProbeResult.Reached());
        _database.Answers(ProbeResult.Reached());
        await CheckAsync();
        Assert.Equal(HealthLevel.Healthy, _monitor.Current.Level);
    }

    [Fact]
    public async Task Check_CheckThrows_TellsNothingOfTheException()
    {
        _database.Answer = _ => throw new InvalidOperationException("Host=db7;Password=hunter2");

        await CheckAsync();

        Assert.Equal("the check failed", _monitor.Current.Find("database")!.Description);
    }

    [Fact]
    public async Task Report_ThreeConnectionFailuresOfTrafficWithinFiveSeconds_IsDownAtOnce()
    {
        await CheckAsync();

        _monitor.Report("database", succeeded: false);
        _monitor.Report("database", succeeded: false);
        Assert.True(_monitor.Current.Ready);
        _monitor.Report("database", succeeded: false);

        Assert.Equal(HealthLevel.Unhealthy, _monitor.Current.Level);
        Assert.False(_monitor.Current.Ready);

        _monitor.Report("database", succeeded: true);
        Assert.True(_monitor.Current.Ready);
    }

    [Fact]
    public async Task Report_ConclusiveOnce_IsDownAtOnceAndUpAtOnce()
    {
        await CheckAsync();

        _monitor.Report("database", succeeded: false, conclusive: true);
        Assert.False(_monitor.Current.Ready);

        _monitor.Report("database", succeeded: true, conclusive: true);
        Assert.True(_monitor.Current.Ready);
    }

    [Fact]
    public async Task Report_OutageUnderLoad_IsForgottenAfterFiveQuietSeconds()
    {
        await CheckAsync();
        for (var i = 0; i < 10_000; i++)
        {
            _monitor.Report("database", succeeded: false);
        }

        Assert.False(_monitor.Current.Ready);
        _time.Advance(TimeSpan.FromSeconds(5.1));
        Assert.True(_monitor.Current.Ready);
    }

    [Fact]
    public async Task Report_FailuresSpreadOverMoreThanFiveSeconds_AreNotCounted()
    {
        await CheckAsync();
        for (var i = 0; i < 5; i++)
        {
            _monitor.Report("database", succeeded: false);
            _time.Advance(TimeSpan.FromSeconds(2.6));
        }

        Assert.Equal(HealthLevel.Healthy, _monitor.Current.Find("database")!.Level);
    }

    [Fact]
    public async Task Report_OfWhatIsNotChecked_IsIgnored()
    {
        await CheckAsync();
        for (var i = 0; i < 5; i++)
        {
            _monitor.Report("printer", succeeded: false);
        }

        Assert.Equal(HealthLevel.Healthy, _monitor.Current.Level);
    }

    [Fact]
    public async Task Run_InTheBackground_ChecksEachAtItsOwnPaceAndAtOnceOnEvidence()
    {
        await _monitor.StartAsync(CancellationToken.None);
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        Assert.Equal((1, 1), (_database.Calls, _redis.Calls));

        _time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.EqualAsync(2, () => _database.Calls, "the database is checked again");
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(1, _redis.Calls);

        for (var i = 0; i < 3; i++)
        {
            _monitor.Report("redis", succeeded: false);
        }

        await Eventually.EqualAsync(2, () => _redis.Calls, "redis is checked without waiting for its period");
        await _monitor.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Run_CheckThatTakesTime_IsMadeAtItsPaceFromBeginningToBeginning()
    {
        _database.Answer = async _ =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1.5), _time, CancellationToken.None);
            return ProbeResult.Reached();
        };
        await _monitor.StartAsync(CancellationToken.None);
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(1.5));
        _time.Advance(TimeSpan.FromSeconds(1.5));
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(0.5));
        Assert.Equal(1, _database.Calls);

        _time.Advance(TimeSpan.FromSeconds(0.5));

        await Eventually.EqualAsync(2, () => _database.Calls, "the database is checked two seconds after it was");
        await _monitor.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Current_NothingCheckedForLong_IsStaleAndUnhealthy()
    {
        await CheckAsync();
        _time.Advance(TimeSpan.FromSeconds(16));

        var report = _monitor.Current;

        Assert.Equal((HealthLevel.Unhealthy, false), (report.Level, report.Ready));
        Assert.All(report.Entries, e => Assert.StartsWith("stale", e.Description));
    }

    [Fact]
    public async Task History_EntryFlapsUnderAnUnchangedWhole_KeepsEveryChange()
    {
        await CheckAsync();
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            _redis.Answers(ProbeResult.ReachedButDegraded("read-only"));
            await CheckAsync();
            _time.Advance(TimeSpan.FromSeconds(30));
            _redis.Answers(ProbeResult.Reached());
            await CheckAsync();
        }

        var stretches = _monitor.History.Of("redis");
        Assert.Equal(7, stretches.Count);
        Assert.Equal([10, 30, 10, 30, 10, 30], stretches.Take(6).Select(s => (s.Until!.Value - s.From).TotalSeconds));
        Assert.Null(stretches[^1].Until);
    }

    [Fact]
    public void Uptime_OfAWindow_CountsOnlyWhatIsKnown()
    {
        var history = new HealthHistory(_time);
        Assert.Null(history.Uptime("database", TimeSpan.FromHours(1)));
        history.Add("database", HealthLevel.Healthy, "");
        _time.Advance(TimeSpan.FromMinutes(30));
        history.Add("database", HealthLevel.Unhealthy, "");
        _time.Advance(TimeSpan.FromMinutes(10));
        history.Add("database", HealthLevel.Degraded, "");
        _time.Advance(TimeSpan.FromMinutes(40));

        Assert.Equal(70 / 80d, history.Uptime("database", TimeSpan.FromDays(1))!.Value, precision: 6);
        Assert.Equal(50 / 60d, history.Uptime("database", TimeSpan.FromHours(1))!.Value, precision: 6);
        Assert.Equal(1, history.Uptime("database", TimeSpan.FromMinutes(10)));
    }

    public void Dispose()
    {
        _monitor.Dispose();
        _services.Dispose();
    }

    private Task CheckAsync() => _monitor.CheckAllAsync(CancellationToken.None);
}
