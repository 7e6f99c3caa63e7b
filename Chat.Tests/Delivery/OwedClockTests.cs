using Chat.Server.Delivery;
using Chat.Tests.Support;

namespace Chat.Tests.Delivery;

public sealed class OwedClockTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly OwedClock _clock = new();

    [Fact]
    public void Age_NothingAcknowledged_Grows()
    {
        _clock.Look(written: 3, pending: 0, acknowledged: 0, _time);
        _time.Advance(TimeSpan.FromSeconds(70));
        _clock.Look(written: 5, pending: 10, acknowledged: 2, _time);
        Assert.Equal((TimeSpan.FromSeconds(70), 10), (_clock.Age(_time), _clock.Pending));
    }

    [Fact]
    public void Age_OfABusyConnectionThatKeepsUp_StaysShort()
    {
        for (var second = 0; second < 120; second++)
        {
            // There is always something under way, and all that was owed a second ago is through.
            _clock.Look(written: 100, pending: 0, acknowledged: second * 100, _time);
            Assert.Equal(TimeSpan.Zero, _clock.Age(_time));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Age_BacklogThatIsWorkedOff_CountsUntilAllOfItIsThrough()
    {
        _clock.Look(written: 100, pending: 900, acknowledged: 0, _time);
        _time.Advance(TimeSpan.FromSeconds(30));
        _clock.Look(written: 100, pending: 400, acknowledged: 500, _time);
        Assert.Equal(TimeSpan.FromSeconds(30), _clock.Age(_time));
        _time.Advance(TimeSpan.FromSeconds(30));
        _clock.Look(written: 10, pending: 0, acknowledged: 1_000, _time);
        Assert.Equal(TimeSpan.Zero, _clock.Age(_time));
    }
}
