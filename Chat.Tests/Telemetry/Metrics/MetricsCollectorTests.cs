using System.Diagnostics.Metrics;
using Chat.Server.Telemetry.Metrics;
using Xunit;

namespace Chat.Tests.Telemetry.Metrics;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly TestMeters _meters = new(mostSeries: 10);

    [Fact]
    public void Collect_SameLabelsInAnotherOrder_AreOneSeries()
    {
        var counter = _meters.Meter.CreateCounter<long>("chat.test.count");

        counter.Add(2, Tag("a", "1"), Tag("b", "2"));
        counter.Add(3, Tag("b", "2"), Tag("a", "1"));
        counter.Add(5);

        Assert.Equal(new() { ["a=1,b=2"] = 5, [""] = 5 }, _meters.Values("chat.test.count"));
    }

    [Fact]
    public void Collect_MoreLabelSetsThanTheLimit_GoIntoOneOverflowSeries()
    {
        var counter = _meters.Meter.CreateCounter<int>("chat.test.count");

        for (var i = 0; i < 1_000; i++)
        {
            counter.Add(1, Tag("reason", $"r{i}"));
        }

        var values = _meters.Values("chat.test.count");
        Assert.Equal(11, values.Count);
        Assert.Equal(990, values["otel.metric.overflow=true"]);
        Assert.Equal(1_000, values.Values.Sum());
    }

    [Theory]
    [InlineData("user.id")]
    [InlineData("connection")]
    [InlineData("conversation.id")]
    [InlineData("message.id")]
    [InlineData("url.query")]
    public void Collect_LabelThatNamesOnePersonOrThing_IsDropped(string label)
    {
        _meters.Meter.CreateCounter<int>("chat.test.count").Add(1, Tag(label, "u-17"), Tag("reason", "x"));

        Assert.Equal(new() { ["reason=x"] = 1 }, _meters.Values("chat.test.count"));
    }

    [Fact]
    public void Collect_PoolNamedByItsConnectionString_HidesIt()
    {
        _meters.Meter.CreateUpDownCounter<int>("chat.test.pool").Add(1, Tag("db.client.connection.pool.name", "Host=db7;Username=secretary"));

        var labels = Assert.Single(_meters.Values("chat.test.pool").Keys);
        Assert.StartsWith("db.client.connection.pool.name=pool-", labels);
        Assert.DoesNotContain("db7", labels);
    }

    [Fact]
    public void Collect_EachKindOfInstrument_KeepsItsMeaning()
    {
        var sum = _meters.Meter.CreateUpDownCounter<int>("chat.test.sum");
        var gauge = _meters.Meter.CreateGauge<double>("chat.test.gauge");
        sum.Add(5);
        sum.Add(-2);
        gauge.Record(7);
        gauge.Record(4);
        _meters.Meter.CreateObservableCounter("chat.test.observed", () => 42L);

        Assert.Equal((MetricKind.Sum, 3d), Single("chat.test.sum"));
        Assert.Equal((MetricKind.Gauge, 4d), Single("chat.test.gauge"));
        Assert.Equal((MetricKind.Counter, 42d), Single("chat.test.observed"));
        Assert.Equal((MetricKind.Counter, 42d), Single("chat.test.observed"));
    }

    [Fact]
    public void Collect_Histogram_CountsByGivenBounds()
    {
        var histogram = _meters.Meter.CreateHistogram<double>("chat.test.duration", "s");
        foreach (var seconds in new[] { 0.001, 0.0011, 0.05, 0.051, 60 })
        {
            histogram.Record(seconds);
        }

        var family = _meters.Family("chat.test.duration")!;
        Assert.Equal([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], family.Bounds);
        Assert.Equal([1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1], family.Series[0].Buckets!);
        Assert.Equal(60.1031, family.Series[0].Value, precision: 6);
    }

    [Fact]
    public void Collect_HistogramWithAdvice_UsesTheAuthorsBounds()
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] };
        _meters.Meter.CreateHistogram("chat.test.duration", "s", advice: advice).Record(1.5);

        Assert.Equal([1, 2], _meters.Family("chat.test.duration")!.Bounds);
    }

    [Fact]
    public void Collect_GaugeThatIsNoLongerObserved_IsGone()
    {
        var workers = new List<string> { "w1", "w2" };
        _meters.Meter.CreateObservableGauge("chat.test.uptime", () => workers.Select(w => new Measurement<int>(1, Tag("worker.id", w))));

        Assert.Equal(2, _meters.Values("chat.test.uptime").Count);
        workers.Remove("w1");

        Assert.Equal("worker.id=w2", Assert.Single(_meters.Values("chat.test.uptime").Keys));
    }

    [Fact]
    public void Collect_CallbackThatThrows_CostsOnlyItsOwnNumbers()
    {
        _meters.Meter.CreateObservableGauge("chat.test.broken", int () => throw new InvalidOperationException("broken"));
        _meters.Meter.CreateObservableGauge("chat.test.whole", () => 1);

        Assert.Equal(1, Assert.Single(_meters.Values("chat.test.whole")).Value);
        Assert.Equal(1, _meters.Collector.FailedCallbacks);
    }

    [Fact]
    public void Collect_MeterOfAnotherContainer_IsNotHeard()
    {
        using var other = new TestMeters();
        other.Meter.CreateCounter<int>("chat.test.count").Add(1);

        Assert.Empty(_meters.Values("chat.test.count"));
        Assert.Equal(1, Assert.Single(other.Values("chat.test.count")).Value);
    }

    [Fact]
    public void Collect_RuntimeQueueLength_IsAGauge()
    {
        var families = _meters.Collector.Collect().Families;

        Assert.Equal(MetricKind.Gauge, families.Single(f => f.Name == "dotnet.thread_pool.queue.length").Kind);
        Assert.Contains(families, f => f.Name == "dotnet.process.memory.working_set");
    }

    [Fact]
    public void Record_FromManyThreads_LosesNothing()
    {
        var counter = _meters.Meter.CreateCounter<long>("chat.test.count");
        var histogram = _meters.Meter.CreateHistogram<double>("chat.test.duration", "s");

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                counter.Add(1, Tag("path", i % 2 == 0 ? "live" : "queue"));
                histogram.Record(0.002);
            }
        });

        Assert.Equal(new() { ["path=live"] = 20_000, ["path=queue"] = 20_000 }, _meters.Values("chat.test.count"));
        Assert.Equal(40_000, _meters.Family("chat.test.duration")!.Series[0].Buckets![1]);
    }

    public void Dispose() => _meters.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private (MetricKind Kind, double Value) Single(string name) => (_meters.Family(name)!.Kind, Assert.Single(_meters.Values(name)).Value);
}
