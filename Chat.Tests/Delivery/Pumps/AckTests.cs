using Chat.Server.Delivery;
using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Pumps;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Delivery.Pumps;

public sealed class AckTests
{
    private static readonly DeliveryOptions Options = new();
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(0, 100, false, nameof(AckVerdict.Wait))]
    [InlineData(1, 14.9, false, nameof(AckVerdict.Wait))]
    [InlineData(1, 15, false, nameof(AckVerdict.Resend))]
    [InlineData(1, 15, true, nameof(AckVerdict.Wait))]
    [InlineData(1, 29.9, true, nameof(AckVerdict.Wait))]
    [InlineData(1, 30, true, nameof(AckVerdict.Close))]
    [InlineData(1, 30, false, nameof(AckVerdict.Close))]
    public void Judge_ByIdleTime_SendsOnceMoreThenCloses(int unacknowledged, double idle, bool resent, string verdict) =>
        Assert.Equal(verdict, AckClock.Judge(unacknowledged, TimeSpan.FromSeconds(idle), resent, Options).ToString());

    [Fact]
    public void Clock_RestartsAtAnyProgressAndResendsOncePerSilence()
    {
        using var window = new AckWindow(100, _time);
        window.TryTake(10);
        _time.Advance(TimeSpan.FromSeconds(14));
        window.Acknowledged(1);
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(AckVerdict.Wait, window.Judge(Options));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(AckVerdict.Resend, window.Judge(Options));
        Assert.Equal(AckVerdict.Wait, window.Judge(Options));
        window.Acknowledged(1);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(AckVerdict.Resend, window.Judge(Options));
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(AckVerdict.Close, window.Judge(Options));
    }

    [Fact]
    public void SinceAcknowledged_IsOfAcknowledgementsAlone()
    {
        using var window = new AckWindow(100, _time);
        _time.Advance(TimeSpan.FromSeconds(1));
        window.TryTake(2);
        Assert.Null(window.SinceAcknowledged);
        window.Acknowledged(1);
        _time.Advance(TimeSpan.FromSeconds(5));
        window.Answered();
        Assert.Equal(TimeSpan.FromSeconds(5), window.SinceAcknowledged);
    }

    [Fact]
    public void Clock_StartsWhenSomethingIsOwed()
    {
        using var window = new AckWindow(100, _time);
        _time.Advance(TimeSpan.FromHours(1));
        window.TryTake(1);

        Assert.Equal(AckVerdict.Wait, window.Judge(Options));
    }

    [Fact]
    public void TryTake_OverTheSize_IsRefusedUnlessTheWindowIsEmpty()
    {
        using var window = new AckWindow(10, _time);

        Assert.True(window.TryTake(50));
        Assert.False(window.TryTake(1));
        window.Acknowledged(50);
        Assert.True(window.TryTake(10));
        Assert.False(window.TryTake(1));
        Assert.Equal(10, window.Unacknowledged);
    }

    [Fact]
    public async Task WaitForRoom_EndsWhenHalfIsFree_OrWhenWoken()
    {
        using var window = new AckWindow(10, _time);
        window.TryTake(10);
        var room = window.WaitForRoomAsync().AsTask();
        window.Acknowledged(4);
        Assert.False(room.IsCompleted);
        window.Acknowledged(1);
        Assert.True(await room);

        window.TryTake(5);
        var woken = window.WaitForRoomAsync().AsTask();
        window.Wake();
        Assert.False(await woken);
    }

    [Fact]
    public void Acknowledge_BeyondWhatWasSent_IsCut_AndNeverGoesBack()
    {
        var subscription = new Subscription(null!, null!, position: 5) { Position = 8 };

        Assert.Equal(3, subscription.Acknowledge(1_000));
        Assert.Equal(8, subscription.Acked);
        Assert.Equal(0, subscription.Acknowledge(6));
        Assert.Equal(0, subscription.Acknowledge(-1));
        Assert.Equal(8, subscription.Acked);
    }

    [Fact]
    public void Acknowledge_AcrossAnAnnouncedJump_CountsOnlyWhatWasSent()
    {
        var subscription = new Subscription(null!, null!, position: 0) { Position = 3 };
        subscription.JumpTo(100);
        subscription.Position = 102;

        Assert.Equal(2, subscription.Acknowledge(2));
        Assert.Equal(3, subscription.Acknowledge(102));

        subscription.JumpTo(200);
        subscription.Position = 201;
        Assert.Equal(1, subscription.Acknowledge(201));
    }
}
