using Chat.Server.Health;
using Chat.Server.Health.Probes;
using Xunit;

namespace Chat.Tests.Health;

public sealed class HealthLifecycleTests
{
    private readonly HealthLifecycle _lifecycle = new();

    [Fact]
    public void Phase_StartedButSomethingIsStillLoading_IsStarting()
    {
        var hold = _lifecycle.Hold("subscriptions");
        _lifecycle.MarkStarted();

        Assert.Equal(HealthPhase.Starting, _lifecycle.Phase);
        Assert.Equal("starting: subscriptions", new WebSocketProbe(_lifecycle).Now.Description);

        hold.Dispose();
        hold.Dispose();
        Assert.Equal(HealthPhase.Ready, _lifecycle.Phase);
        Assert.Equal(HealthLevel.Healthy, new WebSocketProbe(_lifecycle).Now.Level);
    }

    [Fact]
    public void Phase_Draining_IsForGood()
    {
        _lifecycle.MarkStarted();
        _lifecycle.MarkDraining();
        _lifecycle.MarkStarted();

        Assert.Equal(HealthPhase.Draining, _lifecycle.Phase);
        Assert.Equal((HealthLevel.Unhealthy, "draining"), (new WebSocketProbe(_lifecycle).Now.Level, new WebSocketProbe(_lifecycle).Now.Description));
    }
}
