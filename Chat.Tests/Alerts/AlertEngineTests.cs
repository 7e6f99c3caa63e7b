using Chat.Server.Alerts;
using Chat.Server.Alerts.Rules;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Alerts;

public sealed class AlertEngineTests : IDisposable
{
    private readonly AlertBed _bed = new();

    [Fact]
    public void Sampled_NodeThatIsWell_SaysNothing()
    {
        _bed.Run(600);

        Assert.Empty(_bed.Told);
        Assert.Empty(_bed.Book.Current.Pending);
        Assert.DoesNotContain(_bed.Book.Current.Rules, r => r.Unknown);
    }

    [Fact]
    public void Sampled_ConditionGoneBeforeItsTime_GoesBackWithoutAWord()
    {
        _bed.Numbers.Gauge("chat.memory.utilization", 0.9, "scope=container");
        _bed.Run(290);
        Assert.Equal(["MemoryHigh"], _bed.Pending);

        _bed.Numbers.Gauge("chat.memory.utilization", 0.7, "scope=container");
        _bed.Run(5);
        Assert.Empty(_bed.Pending);

        // And it begins anew: nine more minutes in pieces are not five in a row.
        _bed.Numbers.Gauge("chat.memory.utilization", 0.9, "scope=container");
        _bed.Run(290);
        Assert.Empty(_bed.Told);
        Assert.Empty(_bed.Book.History());
    }

    [Fact]
    public void Sampled_ConditionStays_IsToldOnceAndItsEndOnce()
    {
        DatabaseIs(0);
        _bed.Run(60);
        Assert.Equal(["firing DatabaseUnavailable"], _bed.Told);

        DatabaseIs(1);
        _bed.Run(29);
        Assert.Equal(["DatabaseUnavailable"], _bed.Firing);
        _bed.Run(60);

        Assert.Equal(["firing DatabaseUnavailable", "resolved DatabaseUnavailable"], _bed.Told);
        var ended = Assert.Single(_bed.Book.History());
        Assert.Single(_bed.Book.History(since: ended.ResolvedAt, until: ended.ResolvedAt!.Value.AddSeconds(1)));
        Assert.Empty(_bed.Book.History(until: ended.ResolvedAt));
        Assert.Equal(["pending", "firing", "notified", "resolved", "notified of its end"], ended.Timeline.Select(e => e.What));
    }

    [Fact]
    public void Sampled_ConditionFlaps_IsOneAlert()
    {
        for (var i = 0; i < 20; i++)
        {
            DatabaseIs(i % 2);
            _bed.Run(10);
        }

        Assert.Equal(["firing DatabaseUnavailable"], _bed.Told);
        Assert.Empty(_bed.Book.History());
    }

    [Fact]
    public void Sampled_NobodyAcknowledges_IsRepeated()
    {
        DatabaseIs(0);
        _bed.Run(1 + (30 * 60));

        Assert.Equal(["firing DatabaseUnavailable", "firing DatabaseUnavailable"], _bed.Told);
    }

    [Fact]
    public void Acknowledge_WhileItFires_StopsRepeatsAndItsEndIsStillTold()
    {
        DatabaseIs(0);
        _bed.Run(10);
        var alert = Assert.Single(_bed.Book.Current.Firing);
        Assert.True(_bed.Book.Acknowledge(alert.Fingerprint, "alice", "on it"));

        _bed.Run(2 * 60 * 60);
        Assert.Equal(["firing DatabaseUnavailable"], _bed.Told);
        Assert.Equal(("alice", "on it"), (_bed.Book.Current.Firing[0].Acknowledged!.By, _bed.Book.Current.Firing[0].Acknowledged!.Note));

        DatabaseIs(1);
        _bed.Run(60);
        Assert.Equal(["firing DatabaseUnavailable", "resolved DatabaseUnavailable"], _bed.Told);
        Assert.False(_bed.Book.Acknowledge(alert.Fingerprint, "alice", "late"));
    }

    [Fact]
    public void Unacknowledge_WhileItFires_BringsRepeatsBack()
    {
        DatabaseIs(0);
        _bed.Run(10);
        var fingerprint = _bed.Book.Current.Firing[0].Fingerprint;
        _bed.Book.Acknowledge(fingerprint, "alice", "");
        Assert.True(_bed.Book.Unacknowledge(fingerprint, "alice"));
        Assert.False(_bed.Book.Unacknowledge(fingerprint, "alice"));

        _bed.Run(30 * 60);

        Assert.Equal(2, _bed.Told.Count);
    }

    [Fact]
    public void Sampled_SecondInstanceOfARule_IsToldWithTheFirstAfterTheGroupInterval()
    {
        _bed.Run(1);
        _bed.Numbers.Count("chat.worker.crash", 1, "reason=signal,worker.id=w1");
        _bed.Run(20);
        _bed.Numbers.Count("chat.worker.crash", 1, "reason=signal,worker.id=w2");
        _bed.Run(40);
        Assert.Single(_bed.Told);

        _bed.Run(20);

        Assert.Equal(["firing WorkerCrash", "firing WorkerCrash"], _bed.Told);
        Assert.Equal(["w1", "w2"], _bed.Notifications[1].Alerts.Select(a => a.Labels["worker"]));
    }

    [Fact]
    public void Sampled_ConsequenceOfAnotherAlert_IsShownButNotTold()
    {
        DatabaseIs(0);
        _bed.Run(60, () => _bed.Numbers.Count("chat.message.failed", 10, "fault=server"));

        Assert.Equal(["firing DatabaseUnavailable"], _bed.Told);
        Assert.Equal("DatabaseUnavailable", _bed.Book.Current.Firing.Single(a => a.Rule == "MessageFailureRate").InhibitedBy);
    }

    [Fact]
    public void SetMaintenance_DuringPlannedWork_LetsOnlyTheGraveThrough()
    {
        _bed.Run(1);
        _bed.Book.SetMaintenance(true);
        _bed.Numbers.Count("chat.worker.crash", 1, "reason=signal,worker.id=w1");
        _bed.Run(60);
        Assert.Empty(_bed.Told);
        Assert.Equal("maintenance", Assert.Single(_bed.Book.Current.Firing).InhibitedBy);

        DatabaseIs(0);
        _bed.Run(5);
        Assert.Equal(["firing DatabaseUnavailable"], _bed.Told);

        _bed.Book.SetMaintenance(false);
        _bed.Run(30);
        Assert.Equal(["firing DatabaseUnavailable", "firing WorkerCrash"], _bed.Told);
    }

    [Fact]
    public void Sampled_NumbersAreMissing_KeepsTheStateAndSaysThatItIsUnknown()
    {
        DatabaseIs(0);
        _bed.Run(5);
        _bed.Numbers.NoGauge("chat.dependency.up");
        _bed.Run(1);
        Assert.False(_bed.Book.Current.Firing[0].Unknown);

        _bed.Run(60);

        Assert.True(Assert.Single(_bed.Book.Current.Firing).Unknown);
        Assert.True(_bed.Book.Current.Rules.Single(r => r.Name == "DatabaseUnavailable").Unknown);
        Assert.Equal(["firing DatabaseUnavailable"], _bed.Told);
    }

    [Fact]
    public void Sampled_RuleThatFails_DoesNotStopTheOthers()
    {
        using var bed = new AlertBed(rules: [new BrokenRule(), new DatabaseUnavailable()]);
        bed.Numbers.Gauge("chat.dependency.up", 0, "dependency=database", source: "w1");
        bed.Run(3);

        Assert.Equal(["firing DatabaseUnavailable"], bed.Told);
        Assert.True(bed.Book.Current.Rules.Single(r => r.Name == "Broken").Unknown);
    }

    [Fact]
    public void Sampled_RuleReportedUnknownForAMinute_IsAnAlertOfItsOwn()
    {
        _bed.Numbers.Gauge("chat.alert.rule.unknown", 1, "rule=MemoryHigh");
        _bed.Numbers.Gauge("chat.alert.channel.failing", 1, "channel=pager");
        _bed.Run(120);

        Assert.Equal(["firing NotificationChannelFailing", "firing RuleEvaluationFailed"], _bed.Told);
        Assert.Equal("MemoryHigh", _bed.Book.Current.Firing.Single(a => a.Rule == "RuleEvaluationFailed").Labels["rule"]);
    }

    [Fact]
    public void ChangeRule_WhileRunning_HoldsAtOnceAndCanBeTakenBack()
    {
        _bed.Numbers.Gauge("chat.memory.utilization", 0.6, "scope=container");
        _bed.Run(10);
        Assert.Null(_bed.Book.ChangeRule("MemoryHigh", new RuleChange(Threshold: 0.5, For: TimeSpan.Zero)));
        _bed.Run(5);
        Assert.Equal(["MemoryHigh"], _bed.Firing);
        Assert.True(_bed.Book.Current.Rules.Single(r => r.Name == "MemoryHigh").IsChanged);

        Assert.True(_bed.Book.ResetRule("MemoryHigh"));
        _bed.Run(130);
        Assert.Empty(_bed.Firing);

        Assert.NotNull(_bed.Book.ChangeRule("Nonsense", new RuleChange(Threshold: 1)));
        Assert.NotNull(_bed.Book.ChangeRule("MemoryHigh", new RuleChange(Threshold: double.NaN)));
        Assert.NotNull(_bed.Book.ChangeRule("MemoryHigh", new RuleChange(For: TimeSpan.FromDays(2))));
    }

    [Fact]
    public void ChangeRule_SwitchedOff_EndsWhatItHadSaid()
    {
        DatabaseIs(0);
        _bed.Run(5);
        _bed.Book.ChangeRule("DatabaseUnavailable", new RuleChange(Enabled: false));
        _bed.Run(61);

        Assert.Empty(_bed.Firing);
        Assert.Equal(["firing DatabaseUnavailable", "resolved DatabaseUnavailable"], _bed.Told);
    }

    [Theory]
    [InlineData(+25)]
    [InlineData(-25)]
    public void Sampled_WallClockJumps_NeitherFiresNorEndsAnything(int hours)
    {
        _bed.Numbers.Gauge("chat.memory.utilization", 0.9, "scope=container");
        DatabaseIs(0);
        _bed.Run(60);

        _bed.Time.JumpWallClock(TimeSpan.FromHours(hours));
        _bed.Run(60);

        Assert.Equal(["firing DatabaseUnavailable"], _bed.Told);
        Assert.Equal(["MemoryHigh"], _bed.Pending);
    }

    [Fact]
    public void Sampled_SupervisorWasStoppedForAnHour_DoesNotCountTheHour()
    {
        _bed.Numbers.Gauge("chat.memory.utilization", 0.9, "scope=container");
        _bed.Run(10);

        _bed.Time.Advance(TimeSpan.FromHours(1));
        _bed.Step();

        Assert.Equal(["MemoryHigh"], _bed.Pending);
    }

    [Fact]
    public void History_OlderThanADay_IsForgotten()
    {
        DatabaseIs(0);
        _bed.Run(5);
        DatabaseIs(1);
        _bed.Run(60);
        Assert.Single(_bed.Book.History());

        _bed.Time.Advance(TimeSpan.FromHours(25));
        _bed.Step();

        Assert.Empty(_bed.Book.History());
    }

    public void Dispose() => _bed.Dispose();

    private void DatabaseIs(double up) => _bed.Numbers.Gauge("chat.dependency.up", up, "dependency=database", source: "w1");

    private sealed class BrokenRule : IAlertRule
    {
        public string Name => "Broken";

        public AlertSeverity Severity => AlertSeverity.Critical;

        public string Summary => "";

        public string Unit => "";

        public RuleSettings Defaults { get; } = new(Breach.Above, 0, TimeSpan.Zero, TimeSpan.Zero);

        public RuleOutcome Measure(MetricsView view, RuleSettings settings) => throw new InvalidOperationException("broken on purpose");
    }
}
