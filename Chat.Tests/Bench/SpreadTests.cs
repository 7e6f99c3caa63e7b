using Chat.Bench.Load;

namespace Chat.Tests.Bench;

public class SpreadTests
{
    [Fact]
    public void Of_OddCount_TakesTheMiddle() => Assert.Equal(new Spread(2, 1, 9), Spread.Of([9, 1, 2]));

    [Fact]
    public void Of_EvenCount_TakesTheMean() => Assert.Equal(new Spread(2.5, 1, 9), Spread.Of([9, 3, 1, 2]));

    [Fact]
    public void Of_Nothing_IsNotANumber() => Assert.True(double.IsNaN(Spread.Of([]).Median));
}
