using Chat.Server.Telemetry.Resources;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Telemetry.Resources;

public sealed class ThreadPoolProbeTests : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    private readonly TestMeters _meters = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Queue<Action> _pool = [];
    private readonly ThreadPoolProbe _probe;

    public ThreadPoolProbeTests() => _probe = new ThreadPoolProbe(_meters.Factory, _meters.Options, _time, _pool.Enqueue);

    [Fact]
    public void Tick_ItemStillWaits_CountsItsAgeAndQueuesNoOther()
    {
        _probe.Tick();
        for (var i = 0; i < 8; i++)
        {
            _time.Advance(Beat);
            _probe.Tick();
        }

        Assert.Single(_pool);
        Assert.Equal(TimeSpan.FromSeconds(2), _probe.Waiting);

        // 0.25, 0.5, 0.75 … 2 s: a probe that waits for its item would have recorded nothing yet.
        Assert.Equal((8, 9d), Recorded());
    }

    [Fact]
    public void Tick_ItemRan_CountsItsDelay()
    {
        _probe.Tick();
        _time.Advance(TimeSpan.FromMilliseconds(3));
        _pool.Dequeue()();
        Assert.Equal(TimeSpan.Zero, _probe.Waiting);

        _time.Advance(Beat);
        _probe.Tick();

        Assert.Equal((1, 0.003), Recorded());
        Assert.Single(_pool);
    }

    public void Dispose()
    {
        _probe.Dispose();
        _meters.Dispose();
    }

    private (int Count, double Sum) Recorded()
    {
        var series = Assert.Single(_meters.Family("chat.threadpool.queue_delay")!.Series);
        return ((int)series.Buckets!.Sum(), Math.Round(series.Value, 6));
    }
}
