using Chat.Server.Alerts;
using Chat.Server.Alerts.Rules;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Alerts.Rules;

/// <summary>The six alerts that are promised, with their deadlines, and the numbers on both sides of each threshold.</summary>
public sealed class MissionRulesTests : IDisposable
{
    private readonly AlertBed _bed = new();

    [Theory]
    [InlineData("DatabaseUnavailable", "critical", 6)]
    [InlineData("AllWorkersCrashed", "critical", 2)]
    [InlineData("MessageFailureRate", "critical", 60)]
    [InlineData("WorkerCrash", "warning", 300)]
    [InlineData("ThreadPoolLag", "warning", 300)]
    [InlineData("MemoryHigh", "warning", 600)]
    public void Defaults_OfEachPromisedAlert_MeetItsDeadline(string name, string severity, int deadlineSeconds)
    {
        var options = new AlertsOptions();
        var rule = AlertRules.Find(name)!;
        var critical = rule.Severity == AlertSeverity.Critical;
        var interval = critical ? options.CriticalEvery : options.WarningEvery;
        var wait = critical ? options.CriticalGroupWait : options.WarningGroupWait;

        Assert.Equal(severity, rule.Severity.Name());
        Assert.True(rule.Defaults.For + interval + wait < TimeSpan.FromSeconds(deadlineSeconds), $"{rule.Defaults.For} + {interval} + {wait}");
    }

    [Fact]
    public void Settings_OfEveryRule_AreListedInTheSettingsFileWithTheirDefaults()
    {
        var file = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json")).Build();
        var options = file.GetSection(AlertsOptions.Section).Get<AlertsOptions>()!;

        Assert.Equal(AlertRules.All.Select(r => r.Name).Order(), options.Rules.Keys.Order());
        Assert.All(AlertRules.All, rule => Assert.Equal(rule.Defaults, rule.Defaults.With(options.Rules[rule.Name], changed: null)));
        Assert.True(new AlertsOptionsValidator().Validate(null, options).Succeeded);
    }

    [Fact]
    public void Rules_Each_HaveALineOfMeaningAndOneOfAdviceInTheOperationsPage()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "operations.md"));

        Assert.All(AlertRules.All, rule =>
        {
            Assert.Contains($"| [{rule.Name}](#{rule.Name.ToLowerInvariant()}) | {rule.Severity.Name()} |", page);
            Assert.Contains($"### {rule.Name}\n", page);
        });
    }

    [Fact]
    public void DatabaseUnavailable_OneProcessCannotReachIt_IsToldWithinTwoSeconds()
    {
        _bed.Run(10);
        _bed.Numbers.Gauge("chat.dependency.up", 0, "dependency=database", source: "w2");

        Assert.InRange(_bed.RunUntilTold("firing DatabaseUnavailable", limit: 2), 1, 2);
    }

    [Fact]
    public void AllWorkersCrashed_NoneServes_IsToldWithinTwoSeconds()
    {
        _bed.Run(10);
        _bed.Numbers.Gauge("chat.worker.count", 0, "state=healthy").Gauge("chat.worker.count", 2, "state=crashed");

        Assert.InRange(_bed.RunUntilTold("firing AllWorkersCrashed", limit: 2), 1, 2);
    }

    [Fact]
    public void AllWorkersCrashed_AllCrashedButTheFirstIsAlreadyBack_IsTold()
    {
        _bed.Run(10);
        _bed.Numbers.Count("chat.worker.crash", 1, "worker.id=w1,reason=signal").Count("chat.worker.crash", 1, "worker.id=w2,reason=signal");

        Assert.InRange(_bed.RunUntilTold("firing AllWorkersCrashed", limit: 2), 1, 2);
    }

    [Theory]
    [InlineData("starting", 2)]
    [InlineData("stopped", 2)]
    [InlineData("draining", 2)]
    public void AllWorkersCrashed_NobodyCrashed_IsNotTold(string state, int count)
    {
        _bed.Numbers.Gauge("chat.worker.count", 0, "state=healthy").Gauge("chat.worker.count", count, $"state={state}");
        _bed.Run(60);

        Assert.Empty(_bed.Told);
    }

    [Fact]
    public void MessageFailureRate_SixInAHundred_IsToldWithinAMinute()
    {
        _bed.Run(120, () => _bed.Numbers.Count("chat.message.accepted", 100));

        Assert.InRange(_bed.RunUntilTold("firing MessageFailureRate", limit: 60, () => Attempts(failed: 6)), 15, 60);
        Assert.InRange(new Within().OnEmptyNode(6), 15, 35);
    }

    [Fact]
    public void MessageFailureRate_FourInAHundred_IsNeverTold()
    {
        _bed.Run(600, () => Attempts(failed: 4));

        Assert.Empty(_bed.Told);
    }

    [Fact]
    public void MessageFailureRate_ClientsMistakes_AreNotFailures()
    {
        _bed.Run(120, () => _bed.Numbers.Count("chat.message.accepted", 50).Count("chat.message.failed", 50, "fault=client,error.type=invalid"));

        Assert.Empty(_bed.Told);
    }

    [Fact]
    public void MessageFailureRate_FewerThanTwentyAttempts_AreNoRate()
    {
        _bed.Run(60);
        _bed.Numbers.Count("chat.message.failed", 19, "fault=server");
        _bed.Run(120);

        Assert.Empty(_bed.Told);
    }

    [Fact]
    public void WorkerCrash_RestartedBetweenTwoSamples_IsToldWithinHalfAMinute()
    {
        _bed.Numbers.Count("chat.worker.crash", 0, "worker.id=w1,reason=exit");
        _bed.Run(30);
        _bed.Numbers.Count("chat.worker.crash", 1, "worker.id=w1,reason=signal");

        Assert.InRange(_bed.RunUntilTold("firing WorkerCrash", limit: 25), 1, 25);

        // After five minutes without another one (and five more to be sure) it is over.
        _bed.Run(700);
        Assert.Equal("resolved WorkerCrash", _bed.Told[^1]);
    }

    [Fact]
    public void WorkerCrashLoop_ThirdCrashInFiveMinutes_IsCritical()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.DoesNotContain("firing WorkerCrashLoop", _bed.Told);
            _bed.Run(20);
            _bed.Numbers.Count("chat.worker.crash", 1, "worker.id=w1,reason=signal");
        }

        Assert.InRange(_bed.RunUntilTold("firing WorkerCrashLoop", limit: 2), 1, 2);
    }

    [Fact]
    public void ThreadPoolLag_StarvedPool_IsToldWithinFiveMinutes()
    {
        _bed.Run(120, () => _bed.Numbers.Delay(0.0001, times: 4));

        var seconds = _bed.RunUntilTold("firing ThreadPoolLag", limit: 240, () => _bed.Numbers.Delay(2, times: 4));

        Assert.InRange(seconds, 120, 240);
        Assert.Equal("w1", _bed.Book.Current.Firing.Single().Labels["worker"]);
    }

    [Fact]
    public void ThreadPoolLag_AShortHiccup_IsNotTold()
    {
        _bed.Run(120, () => _bed.Numbers.Delay(0.0001, times: 4));
        _bed.Run(2, () => _bed.Numbers.Delay(1, times: 4));
        _bed.Run(300, () => _bed.Numbers.Delay(0.0001, times: 4));

        Assert.Empty(_bed.Told);
        Assert.Empty(_bed.Book.History());
    }

    [Fact]
    public void MemoryHigh_OverEightyPercent_IsToldWithinTenMinutesAndEndsOnlyBelowSeventyFive()
    {
        _bed.Run(10);
        _bed.Numbers.Gauge("chat.memory.utilization", 0.81, "scope=container");
        Assert.InRange(_bed.RunUntilTold("firing MemoryHigh", limit: 360), 300, 360);

        _bed.Numbers.Gauge("chat.memory.utilization", 0.78, "scope=container");
        _bed.Run(600);
        Assert.Equal(["MemoryHigh"], _bed.Firing);

        _bed.Numbers.Gauge("chat.memory.utilization", 0.74, "scope=container");
        _bed.Run(200);
        Assert.Empty(_bed.Firing);
    }

    [Fact]
    public void MemoryHigh_ExactlyEightyPercent_IsNotTold()
    {
        _bed.Numbers.Gauge("chat.memory.utilization", 0.80, "scope=container");
        _bed.Run(900);

        Assert.Empty(_bed.Told);
    }

    public void Dispose() => _bed.Dispose();

    private void Attempts(int failed) => _bed.Numbers.Count("chat.message.accepted", 100 - failed).Count("chat.message.failed", failed, "fault=server,error.type=timeout");

    /// <summary>A node without a past: the sliding minute has nothing good in it that would hide what is bad.</summary>
    private sealed class Within
    {
        public int OnEmptyNode(int failed)
        {
            using var bed = new AlertBed();
            return bed.RunUntilTold(
                "firing MessageFailureRate",
                limit: 35,
                () => bed.Numbers.Count("chat.message.accepted", 100 - failed).Count("chat.message.failed", failed, "fault=server,error.type=timeout"));
        }
    }
}
