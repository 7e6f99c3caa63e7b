using Chat.Server.Telemetry;
using Chat.Server.Telemetry.Charts;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Support;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class ChartBookTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly MetricsHistory _history;
    private readonly ChartBook _charts;
    private readonly DateTimeOffset _start;

    public ChartBookTests()
    {
        _start = _time.GetUtcNow();
        _history = new MetricsHistory(Options.Create(new TelemetryOptions()), _time);
        _charts = new ChartBook(_time);
    }

    [Fact]
    public void Read_Counter_IsARateASecond()
    {
        Run(60, second => [Counter("chat.message.accepted", second * 30, "w1"), Counter("chat.message.accepted", second * 20, "w2")]);

        var lines = _charts.Read("accepted", TimeSpan.FromSeconds(30));
        Assert.Equal(["w1", "w2"], lines.Select(l => l.Name));
        var line = lines[0];
        Assert.Equal((30, TimeSpan.FromSeconds(1)), (line.Values.Count, line.Step));
        Assert.All(line.Values, v => Assert.Equal(30, v!.Value, precision: 3));
        Assert.All(lines[1].Values, v => Assert.Equal(20, v!.Value, precision: 3));
        Assert.Equal(_start.AddSeconds(31), line.From);
    }

    [Fact]
    public void Read_GaugeByWorker_IsALineEachAndAGapWhereItWasGone()
    {
        Run(10, _ => [Gauge("chat.cpu.utilization", 0.5, "w1"), Gauge("chat.cpu.utilization", 0.25, "")]);
        Run(5, _ => [Gauge("chat.cpu.utilization", 0.25, "")]);
        Run(5, _ => [Gauge("chat.cpu.utilization", 0.75, "w1")]);

        var lines = _charts.Read("cpu", TimeSpan.FromSeconds(20));
        Assert.Equal(["node", "w1"], lines.Select(l => l.Name));
        Assert.Equal(
            [.. Enumerable.Repeat((float?)0.5f, 10), .. Enumerable.Repeat((float?)null, 5), .. Enumerable.Repeat((float?)0.75f, 5)],
            lines[1].Values);
    }

    [Fact]
    public void Read_LongerRange_IsTheMeanOfCoarserSteps()
    {
        Run(120, second => [Gauge("chat.user.online", second % 2 == 0 ? 10 : 20, "w1")]);

        var line = Assert.Single(_charts.Read("online", TimeSpan.FromHours(1)));
        Assert.Equal((360, TimeSpan.FromSeconds(10)), (line.Values.Count, line.Step));
        Assert.Equal(15, line.Values[^3]!.Value, precision: 3);
        Assert.Null(line.Values[0]);

        Assert.Equal(TimeSpan.FromMinutes(1), Assert.Single(_charts.Read("online", TimeSpan.FromDays(30))).Step);
    }

    [Fact]
    public void Read_HistogramOfTwoWorkers_IsThreeQuantilesOverBoth()
    {
        Run(40, second => [Delivery(second * 90, second * 10, "w1"), Delivery(second * 100, 0, "w2")]);

        var lines = _charts.Read("delivery", TimeSpan.FromSeconds(5)).ToDictionary(l => l.Name, l => l.Values[^1]!.Value);
        Assert.Equal(["p50", "p95", "p99"], lines.Keys.Order());
        Assert.InRange(lines["p95"], 0.05, 0.101);
        Assert.InRange(lines["p99"], 0.1, 1);
    }

    [Fact]
    public void Read_WallClockJumps_TearsNothing()
    {
        Run(30, _ => [Gauge("chat.user.online", 1, "w1")]);
        _time.JumpWallClock(TimeSpan.FromDays(-2));
        Run(30, _ => [Gauge("chat.user.online", 1, "w1")]);

        Assert.All(Assert.Single(_charts.Read("online", TimeSpan.FromSeconds(60))).Values, v => Assert.Equal(1, v));
    }

    [Fact]
    public void Read_TimeBefore_EndsWhereTheRangeBegins()
    {
        Run(40, _ => [Gauge("chat.user.online", 1, "w1")]);
        Run(40, _ => [Gauge("chat.user.online", 3, "w1")]);

        var range = TimeSpan.FromSeconds(40);
        var (now, before) = (Assert.Single(_charts.Read("online", range)), Assert.Single(_charts.Read("online", range, range)));
        Assert.All(now.Values, v => Assert.Equal(3, v));
        Assert.All(before.Values, v => Assert.Equal(1, v));
        Assert.Equal(now.From - range, before.From);
        Assert.Equal(now.Values.Count, before.Values.Count);
    }

    [Theory]
    [InlineData(15, 10)]
    [InlineData(60, 10)]
    [InlineData(24 * 60, 60)]
    [InlineData(7 * 24 * 60, 60)]
    public void Read_TimeBefore_IsInTheFinestStepsThatReachBackSoFar(int minutes, int step)
    {
        Run(30, _ => [Gauge("chat.user.online", 1, "w1")]);
        var range = TimeSpan.FromMinutes(minutes);
        var line = Assert.Single(_charts.Read("online", range, range));
        Assert.Equal((step, minutes * 60 / step), ((int)line.Step.TotalSeconds, line.Values.Count));
        Assert.All(line.Values, Assert.Null);
    }

    [Fact]
    public void Read_UnknownChart_IsEmpty() => Assert.Empty(_charts.Read("nonsense", TimeSpan.FromHours(1)));

    [Fact]
    public void Sampled_MoreLinesThanThereIsRoomFor_AreRefused()
    {
        Run(1, _ => [.. Enumerable.Range(0, 400).Select(i => Gauge("chat.cpu.utilization", 1, $"w{i}"))]);

        Assert.Equal(380, _charts.Read("cpu", TimeSpan.FromSeconds(10)).Count);
        Assert.Equal(20, _charts.Refused);
    }

    [Fact]
    public void Definitions_Names_AreUnique() => Assert.Equal(ChartDefinition.All.Count, ChartDefinition.All.Select(c => c.Name).Distinct().Count());

    private void Run(int seconds, Func<int, MetricsSnapshot[]> at)
    {
        for (var i = 1; i <= seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _history.Add(at((int)_time.Elapsed.TotalSeconds));
            _charts.Sampled(_history.View());
        }
    }

    private static MetricsSnapshot Gauge(string family, double value, string source) =>
        new(source, 1, [new(family, "", "", MetricKind.Gauge, [], [new(LabelSet.Empty, value, null)])]);

    private static MetricsSnapshot Counter(string family, double value, string source) =>
        new(source, 1, [new(family, "", "", MetricKind.Counter, [], [new(LabelSet.Empty, value, null)])]);

    private static MetricsSnapshot Delivery(long fast, long slow, string source) =>
        new(source, 1, [new("chat.message.delivery.duration", "s", "", MetricKind.Histogram, [0.1, 1], [new(LabelSet.Of("stage", "write"), 0, [fast, slow, 0])])]);
}
