using Chat.Bench.Load;

namespace Chat.Tests.Bench;

public class PairsTests
{
    [Fact]
    public void Across_TwoPlaces_NobodyIsWithSomebodyOfTheirOwn()
    {
        var across = Pairs.Across([1, 2, 3, 4, 5, 6], ["w1", "w1", "w1", "w2", "w2", "w1"], pairs: 2);

        Assert.Equal([1, 4, 2, 5], across);
    }

    [Theory]
    [InlineData("w1", "w1", "w1", "w2")]
    [InlineData("w1", "w1", "w1", "w1")]
    public void Across_TooFewAtOnePlace_IsRefused(params string[] places)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Pairs.Across([1, 2, 3, 4], places, pairs: 2));

        Assert.Contains("two places", refused.Message, StringComparison.Ordinal);
    }
}
