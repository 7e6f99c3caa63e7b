using Chat.Server.Delivery;
using Chat.Tests.Support;

namespace Chat.Tests.Delivery;

public sealed class DeviceReturnsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly DeviceReturns _returns;

    public DeviceReturnsTests() => _returns = new DeviceReturns(_time);

    [Fact]
    public void CountOf_Device_IsItsOwnOfTheLastHour()
    {
        _returns.Note("ann", "phone");
        _time.Advance(TimeSpan.FromMinutes(20));
        _returns.Note("ann", "phone");
        _returns.Note("ann", "tablet");
        _returns.Note("bob", "phone");
        Assert.Equal((2, 1, 1, 0), (_returns.CountOf("ann", "phone"), _returns.CountOf("ann", "tablet"), _returns.CountOf("bob", "phone"), _returns.CountOf("bob", "tablet")));

        _time.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal(1, _returns.CountOf("ann", "phone"));
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(0, _returns.CountOf("ann", "phone"));
    }

    [Fact]
    public void CountOf_AfterDaysOfSilence_BeginsAnew()
    {
        _returns.Note("ann", "phone");
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(0, _returns.CountOf("ann", "phone"));
        _returns.Note("ann", "phone");
        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(1, _returns.CountOf("ann", "phone"));
    }

    [Fact]
    public void Note_MoreDevicesThanThereIsRoomFor_GoesOnCountingThoseThatAreThere()
    {
        for (var i = 0; i < DeviceReturns.MostOfAQuarter + 5; i++)
        {
            _returns.Note($"user-{i}", "phone");
        }

        _returns.Note("user-0", "phone");
        Assert.Equal((2, 0), (_returns.CountOf("user-0", "phone"), _returns.CountOf($"user-{DeviceReturns.MostOfAQuarter}", "phone")));
    }
}
