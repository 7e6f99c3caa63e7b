using Chat.Server.Backplane;
using Chat.Server.Backplane.Failover;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Chat.Tests.Backplane.Failover;

public sealed class RoundTripProbeTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly ScriptedTransport _transport = new();
    private readonly BackplaneNode _node = new();
    private readonly RoundTripProbe _probe;

    public RoundTripProbeTests()
    {
        var metrics = new ServiceCollection().AddMetrics().AddSingleton<BackplaneMetrics>().BuildServiceProvider().GetRequiredService<BackplaneMetrics>();
        _probe = new RoundTripProbe(_transport, _node, Options.Create(new BackplaneOptions { ProbeInterval = Tick }), metrics, new ManualTimeProvider());
    }

    [Fact]
    public void Observe_NothingEverCameBack_IsALongSilence() => Assert.True(_probe.Observe(Tick) > TimeSpan.FromHours(1));

    [Fact]
    public void Observe_CameBack_SilenceBeginsAnew()
    {
        Echo();
        Assert.Equal(TimeSpan.Zero, _probe.Observe(Tick));

        Assert.Equal(Tick, _probe.Observe(Tick));
        Assert.Equal(2 * Tick, _probe.Observe(Tick));
    }

    [Fact]
    public void Observe_ThisProcessStoodStill_IsNotHeldAgainstTheOtherSide()
    {
        Echo();
        _probe.Observe(Tick);

        Assert.Equal(2 * Tick, _probe.Observe(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Send_TheLastOneHangs_DoesNotPileUp()
    {
        var hangs = new TaskCompletionSource();
        _transport.Publish = () => hangs.Task;

        _probe.Send();
        _probe.Send();
        Assert.Single(_transport.Published);

        hangs.SetResult();
        _probe.Send();
        Assert.Equal(2, _transport.Published.Count);
    }

    private void Echo()
    {
        _probe.Send();
        Assert.True(BusFrame.TryDecode(_transport.Published.Last().Frame, out var sender, out var stamp));
        Assert.Equal(_node.Id, sender);
        _probe.Receive(stamp);
    }
}
