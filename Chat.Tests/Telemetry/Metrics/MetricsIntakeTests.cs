using Chat.Server.Telemetry.Metrics;
using Chat.Server.Workers.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Telemetry.Metrics;

public sealed class MetricsIntakeTests : IDisposable
{
    private readonly TestMeters _worker = new(source: "w1");
    private readonly TestMeters _supervisor = new();
    private readonly FakeMonitor _monitor = new();
    private readonly NodeMetrics _node;

    public MetricsIntakeTests() => _node = new NodeMetrics(
        _supervisor.Collector, new MetricsBook(), new MetricsHistory(_supervisor.Options, TimeProvider.System), NullLogger<NodeMetrics>.Instance);

    [Fact]
    public async Task Beat_WithMetrics_IsOnThePageUnderTheWorkersName()
    {
        await new MetricsIntake(_node, _monitor).StartAsync(CancellationToken.None);
        _worker.Meter.CreateCounter<int>("chat.message.accepted").Add(7);
        _worker.Meter.CreateUpDownCounter<int>("chat.user.online").Add(3);

        _monitor.Tell("w1", new MetricsPart(_worker.Collector).Write);
        var page = PrometheusText.Write(_node.Current());
        Assert.Contains("chat_message_accepted_total{worker=\"w1\"} 7", page);
        Assert.Contains("chat_user_online{worker=\"w1\"} 3", page);

        _monitor.Moved("w1", WorkerState.Healthy, WorkerState.Crashed);
        page = PrometheusText.Write(_node.Current());
        Assert.Contains("chat_message_accepted_total{worker=\"w1\"} 7", page);
        Assert.DoesNotContain("chat_user_online", page);
    }

    [Fact]
    public async Task Beat_WithGarbledMetrics_IsLeftOut()
    {
        await new MetricsIntake(_node, _monitor).StartAsync(CancellationToken.None);

        _monitor.Tell("w1", writer => writer.WriteBase64StringValue([1, 2, 3]));

        Assert.All(_node.Current(), snapshot => Assert.Equal("", snapshot.Source));
    }

    [Fact]
    public async Task Beat_AfterTheEnd_IsNotTaken()
    {
        var intake = new MetricsIntake(_node, _monitor);
        await intake.StartAsync(CancellationToken.None);
        await intake.StopAsync(CancellationToken.None);

        _monitor.Tell("w1", new MetricsPart(_worker.Collector).Write);

        Assert.Single(_node.Current());
    }

    public void Dispose()
    {
        _worker.Dispose();
        _supervisor.Dispose();
    }
}
