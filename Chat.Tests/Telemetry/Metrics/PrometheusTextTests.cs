using Chat.Server.Telemetry.Metrics;
using Xunit;

namespace Chat.Tests.Telemetry.Metrics;

public sealed class PrometheusTextTests
{
    [Theory]
    [InlineData("chat.message.accepted", "{message}", nameof(MetricKind.Counter), "chat_message_accepted_total")]
    [InlineData("chat.message.delivery.duration", "s", nameof(MetricKind.Histogram), "chat_message_delivery_duration_seconds")]
    [InlineData("chat.message.size", "By", nameof(MetricKind.Histogram), "chat_message_size_bytes")]
    [InlineData("chat.queue.depth", "{event}", nameof(MetricKind.Sum), "chat_queue_depth")]
    [InlineData("chat.queue.oldest.age", "s", nameof(MetricKind.Gauge), "chat_queue_oldest_age_seconds")]
    [InlineData("chat.worker.count", "{worker}", nameof(MetricKind.Sum), "chat_worker_count")]
    [InlineData("chat.worker.uptime", "s", nameof(MetricKind.Gauge), "chat_worker_uptime_seconds")]
    [InlineData("chat.worker.crash", "{crash}", nameof(MetricKind.Counter), "chat_worker_crash_total")]
    [InlineData("chat.dependency.up", "", nameof(MetricKind.Gauge), "chat_dependency_up")]
    [InlineData("chat.threadpool.queue_delay", "s", nameof(MetricKind.Histogram), "chat_threadpool_queue_delay_seconds")]
    [InlineData("chat.memory.utilization", "1", nameof(MetricKind.Gauge), "chat_memory_utilization_ratio")]
    [InlineData("dotnet.process.cpu.time", "s", nameof(MetricKind.Counter), "dotnet_process_cpu_time_seconds_total")]
    [InlineData("dotnet.thread_pool.queue.length", "{work_item}", nameof(MetricKind.Gauge), "dotnet_thread_pool_queue_length")]
    [InlineData("disk.io", "By/s", nameof(MetricKind.Gauge), "disk_io_bytes_per_second")]
    [InlineData("a.share", "1", nameof(MetricKind.Counter), "a_share_total")]
    [InlineData("a.time.seconds", "s", nameof(MetricKind.Gauge), "a_time_seconds")]
    [InlineData("7up.x--y", "", nameof(MetricKind.Gauge), "_7up_x_y")]
    [InlineData("ALERTS", "", nameof(MetricKind.Gauge), "ALERTS")]
    public void Metric_OpenTelemetryName_BecomesPrometheusName(string name, string unit, string kind, string expected) =>
        Assert.Equal(expected, PrometheusNames.Metric(name, unit, Enum.Parse<MetricKind>(kind)));

    [Fact]
    public void Write_TwoWorkersAndTheNode_IsOneFamilyWithAWorkerLabel()
    {
        var page = PrometheusText.Write(
        [
            Snapshot("", new MetricFamily("chat.worker.count", "{worker}", "Workers", MetricKind.Sum, [], [Number(2, ("state", "healthy"))])),
            Snapshot("w1", Delivered(3), Duration([1, 2, 3], 4.5)),
            Snapshot("w2", Delivered(4)),
        ]);

        Assert.Equal(
            """
            # HELP chat_message_delivered_total Delivered "all"\\\nhere
            # TYPE chat_message_delivered_total counter
            chat_message_delivered_total{delivery_path="li\\ve\"\n",worker="w1"} 3
            chat_message_delivered_total{delivery_path="li\\ve\"\n",worker="w2"} 4
            # HELP chat_run_duration_seconds chat.run.duration
            # TYPE chat_run_duration_seconds histogram
            chat_run_duration_seconds_bucket{worker="w1",le="0.5"} 1
            chat_run_duration_seconds_bucket{worker="w1",le="1"} 3
            chat_run_duration_seconds_bucket{worker="w1",le="+Inf"} 6
            chat_run_duration_seconds_sum{worker="w1"} 4.5
            chat_run_duration_seconds_count{worker="w1"} 6
            # HELP chat_worker_count Workers
            # TYPE chat_worker_count untyped
            chat_worker_count{state="healthy"} 2

            """,
            page);
    }

    [Fact]
    public void Write_OneNameWithTwoTypes_KeepsTheFirst()
    {
        var page = PrometheusText.Write(
        [
            Snapshot("w1", new MetricFamily("a.b", "", "", MetricKind.Gauge, [], [Number(1)])),
            Snapshot("w2", new MetricFamily("a.b", "", "", MetricKind.Histogram, [1], [new MetricSeries(LabelSet.Empty, 1, [1, 0])])),
        ]);

        Assert.DoesNotContain("w2", page);
        Assert.Single(page.Split('\n'), line => line.StartsWith("# TYPE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Write_AllThatARunningProcessHas_PassesPromtool()
    {
        using var meters = new TestMeters();
        meters.Meter.CreateCounter<long>("chat.message.accepted", "{message}").Add(1, new KeyValuePair<string, object?>("delivery.class", "durable"));
        meters.Meter.CreateHistogram<double>("chat.message.delivery.duration", "s").Record(0.01);
        meters.Meter.CreateUpDownCounter<int>("chat.worker.count", "{worker}").Add(1, new KeyValuePair<string, object?>("state", "healthy"));
        meters.Meter.CreateGauge<int>("ALERTS").Record(1, new KeyValuePair<string, object?>("alertname", "DatabaseUnavailable"));
        meters.Meter.CreateGauge<double>("chat.memory.utilization", "1").Record(0.00001);
        var page = PrometheusText.Write([meters.Collector.Collect(), meters.Collector.Collect() with { Source = "w1" }]);

        var (code, output) = await Promtool.CheckAsync(page);

        Assert.True(code == 0, output);
        Assert.Contains("dotnet_gc_pause_time_seconds_total", page);
        Assert.Contains("dotnet_thread_pool_queue_length{worker=\"w1\"}", page);
    }

    private static MetricsSnapshot Snapshot(string source, params MetricFamily[] families) => new(source, 1, families);

    private static MetricSeries Number(double value, params (string Name, string Value)[] labels) =>
        new(LabelSet.Of(labels.Select(l => KeyValuePair.Create(l.Name, l.Value))), value, null);

    private static MetricFamily Delivered(double value) =>
        new("chat.message.delivered", "{message}", "Delivered \"all\"\\\nhere", MetricKind.Counter, [], [Number(value, ("delivery.path", "li\\ve\"\n"))]);

    private static MetricFamily Duration(long[] buckets, double sum) =>
        new("chat.run.duration", "s", "", MetricKind.Histogram, [0.5, 1], [new MetricSeries(LabelSet.Empty, sum, buckets)]);
}
