using Chat.Bench.Load;

namespace Chat.Tests.Bench;

public class PositionsTests
{
    [Fact]
    public void Receive_HolesAndRepeats_AreTold()
    {
        var position = new Positions().Of("c"u8);

        Assert.Equal(
            [Arrival.InOrder, Arrival.InOrder, Arrival.Again, Arrival.AfterHole],
            new long[] { 5, 6, 6, 8 }.Select(position.Receive));
    }

    [Fact]
    public void TryTakeAck_NothingNewSinceTheLast_IsFalse()
    {
        var position = new Positions().Of("c"u8);
        position.Receive(5);

        Assert.True(position.TryTakeAck(out var seq));
        Assert.Equal(5, seq);
        Assert.False(position.TryTakeAck(out _));
    }

    [Fact]
    public void Of_TheSameConversationAgain_IsTheSamePosition()
    {
        var positions = new Positions();
        var first = positions.Of("a"u8);
        var other = positions.Of("b"u8);

        Assert.Same(first, positions.Of("a"u8));
        Assert.Equal([first, other], positions.All);
    }
}
