using Chat.Server.Telemetry;
using Chat.Server.Telemetry.Metrics;
using Chat.Tests.Support;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Telemetry.Metrics;

public sealed class MetricsViewTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly MetricsHistory _history;

    public MetricsViewTests() => _history = new MetricsHistory(
        Options.Create(new TelemetryOptions { MaxHistoryColumns = 500, KeepSamples = TimeSpan.FromMinutes(6) }), _time);

    [Fact]
    public void Increase_WithinTheWindow_LeavesOutWhatCameBefore()
    {
        Sample(Counter("w1", 100));
        Sample(Counter("w1", 107), after: 10);
        Sample(Counter("w1", 109), after: 50);

        Assert.Equal(2, Assert.Single(_history.View().Increase("c", TimeSpan.FromSeconds(50))).Value);
        Assert.Equal(9, Assert.Single(_history.View().Increase("c", TimeSpan.FromSeconds(60))).Value);
    }

    [Fact]
    public void Increase_SeriesThatAppeared_CountsFromNothing()
    {
        Sample();
        Sample(Counter("w1", 1), after: 1);

        Assert.Equal(1, Assert.Single(_history.View().Increase("c", TimeSpan.FromMinutes(5))).Value);
    }

    [Fact]
    public void Increase_WallClockJumps_IsUnmoved()
    {
        Sample(Counter("w1", 100));
        _time.JumpWallClock(TimeSpan.FromHours(-1));
        Sample(Counter("w1", 103), after: 30);
        _time.JumpWallClock(TimeSpan.FromDays(2));
        Sample(Counter("w1", 104), after: 30);

        Assert.Equal(1, Assert.Single(_history.View().Increase("c", TimeSpan.FromSeconds(30))).Value);
    }

    [Fact]
    public void Now_SeriesThatEnded_IsNotThere()
    {
        Sample(Gauge("w1", 5), Gauge("w2", 6));
        Sample(Gauge("w2", 7), after: 1);

        var reading = Assert.Single(_history.View().Now("g"));
        Assert.Equal(("w2", 7d), (reading.Source, reading.Value));
    }

    [Fact]
    public void Observed_QuantileOfAWindow_IgnoresOlderObservations()
    {
        Sample(Histogram(1_000, 0, 0, 0));
        Sample(Histogram(1_090, 0, 10, 0), after: 60);

        var distribution = Assert.Single(_history.View().Observed("h", TimeSpan.FromSeconds(60))).Distribution;
        Assert.Equal(100, distribution.Total);
        Assert.Equal(0.1, distribution.Quantile(0.9));
        Assert.Equal(0.75, distribution.Quantile(0.95)!.Value, precision: 6);
    }

    [Fact]
    public void Quantile_ExactlyAtABound_IsNotBeyondIt()
    {
        Assert.Equal(0.05, new Distribution([0.05, 0.1], [95, 5, 0]).Quantile(0.95));
        Assert.True(new Distribution([0.05, 0.1], [94, 6, 0]).Quantile(0.95) > 0.05);
        Assert.Equal(0.1, new Distribution([0.05, 0.1], [0, 0, 9]).Quantile(0.95));
        Assert.Null(new Distribution([0.05], [0, 0]).Quantile(0.95));
    }

    [Fact]
    public void Add_RingIsFull_ForgetsTheOldest()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Sample(Counter("w1", i), after: 1);
        }

        Assert.Equal(360, _history.Frames(TimeSpan.FromHours(1)).Count);
        Assert.Equal(300, Assert.Single(_history.View().Increase("c", TimeSpan.FromMinutes(5))).Value);
    }

    [Fact]
    public void Add_MoreColumnsThanAllowed_AreRefusedAndCounted()
    {
        Sample([.. Enumerable.Range(0, 600).Select(i => Gauge($"w{i}", i))]);

        Assert.Equal(500, _history.View().Now("g").Count);
        Assert.Equal(100, _history.Refused);
    }

    private void Sample(params MetricsSnapshot[] snapshots) => Sample(snapshots, 0);

    private void Sample(MetricsSnapshot one, int after) => Sample([one], after);

    private void Sample(MetricsSnapshot[] snapshots, int after)
    {
        _time.Advance(TimeSpan.FromSeconds(after));
        _history.Add(snapshots);
    }

    private static MetricsSnapshot Counter(string source, double value) => new(source, 1, [new("c", "", "", MetricKind.Counter, [], [new(LabelSet.Empty, value, null)])]);

    private static MetricsSnapshot Gauge(string source, double value) => new(source, 1, [new("g", "", "", MetricKind.Gauge, [], [new(LabelSet.Empty, value, null)])]);

    private static MetricsSnapshot Histogram(params long[] buckets) =>
        new("w1", 1, [new("h", "s", "", MetricKind.Histogram, [0.1, 0.5, 1], [new(LabelSet.Empty, 0, buckets)])]);
}
