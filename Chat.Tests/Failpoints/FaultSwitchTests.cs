using Chat.Server.Failpoints;
using Chat.Tests.Support;

namespace Chat.Tests.Failpoints;

/// <summary>A pretended loss ends by itself, whoever forgets it.</summary>
public sealed class FaultSwitchTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<bool> _told = [];
    private readonly FaultSwitch _switch;

    public FaultSwitchTests() => _switch = new("trial", _time, (_, order) => _told.Add(order is not null));

    [Fact]
    public void Follow_Order_IsOnUntilItsTime()
    {
        _switch.Follow(Order(30, 400));
        Assert.Equal((true, 400, false), (_switch.IsOn, _switch.Milliseconds, _switch.Over.IsCompleted));
        var over = _switch.Over;

        _time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.True(_switch.IsOn);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal((false, 0, true), (_switch.IsOn, _switch.Milliseconds, over.IsCompleted));
        Assert.Equal([true, false], _told);
    }

    [Fact]
    public void Follow_AnotherEnd_CountsInsteadOfTheFirst()
    {
        _switch.Follow(Order(10));
        var over = _switch.Over;
        _switch.Follow(Order(60));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((true, false), (_switch.IsOn, over.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((false, true), (_switch.IsOn, over.IsCompleted));
    }

    [Fact]
    public void Follow_TheSameAgain_IsToldOnce()
    {
        var order = Order(10);
        _switch.Follow(order);
        _switch.Follow(order with { });
        Assert.Equal([true], _told);
    }

    [Fact]
    public void Follow_OrderTakenBack_IsOver()
    {
        _switch.Follow(Order(10));
        var over = _switch.Over;
        _switch.Follow(null);
        Assert.Equal((false, true), (_switch.IsOn, over.IsCompleted));
        Assert.Equal(0, _time.ActiveTimers);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(301)]
    public void Follow_PastOrTooFarAhead_IsNothing(int seconds)
    {
        _switch.Follow(Order(seconds));
        Assert.False(_switch.IsOn);
        Assert.Empty(_told);
    }

    [Fact]
    public void Order_AsText_IsReadAsItWas()
    {
        var order = Order(17, 1234);
        Assert.Equal(order, FaultOrder.Parse(order.ToText()));
        foreach (var text in (string?[])[null, "", "soon 5", "2030-01-01", "2030-01-01T00:00:00Z much"])
        {
            Assert.Null(FaultOrder.Parse(text));
        }
    }

    private FaultOrder Order(double seconds, int milliseconds = 0) => new(_time.GetUtcNow() + TimeSpan.FromSeconds(seconds), milliseconds);
}
