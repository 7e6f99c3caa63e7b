using Chat.Server.Delivery;

namespace Chat.Tests.Delivery;

public sealed class DrainSlotsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.25);

    [Fact]
    public void Told_InTheUsualWindow_IsSpreadEvenlyOverWhatThePatienceLeaves()
    {
        var slots = new DrainSlots(4, Seconds(4.25));
        Assert.Equal([Seconds(1), Seconds(2), Seconds(3), Seconds(4)], Enumerable.Range(0, 4).Select(slots.Told));
    }

    [Fact]
    public void Closed_OfEachConnection_IsSoonAfterItsSlotAndWithinTheWindow()
    {
        var slots = new DrainSlots(250, Seconds(3));
        Assert.All(Enumerable.Range(0, 250), i => Assert.Equal(Patience, slots.Closed(i) - slots.Told(i)));
        Assert.Equal(Seconds(3), slots.Closed(249));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public void Closed_InAWindowThatIsShort_IsTheSlotItself(double window)
    {
        var slots = new DrainSlots(2, Seconds(window));
        Assert.Equal((Seconds(window / 2), Seconds(window)), (slots.Told(0), slots.Told(1)));
        Assert.Equal((slots.Told(0), slots.Told(1)), (slots.Closed(0), slots.Closed(1)));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
