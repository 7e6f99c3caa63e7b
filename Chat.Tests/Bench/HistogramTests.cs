using Chat.Bench.Load;

namespace Chat.Tests.Bench;

public class HistogramTests
{
    [Fact]
    public void Milliseconds_NothingRecorded_IsNotANumber() => Assert.True(double.IsNaN(new Histogram().Milliseconds(0.5)));

    [Fact]
    public void Milliseconds_SmallValues_AreExact()
    {
        var histogram = new Histogram();
        for (var i = 1; i <= 100; i++)
        {
            histogram.Record(i);
        }

        Assert.Equal(0.050, histogram.Milliseconds(0.5), 6);
        Assert.Equal(0.099, histogram.Milliseconds(0.99), 6);
        Assert.Equal(0.100, histogram.Milliseconds(1), 6);
        Assert.Equal(100, histogram.Count);
    }

    [Fact]
    public void Milliseconds_OneSlowAmongAThousand_ShowsOnlyBeyondItsRank()
    {
        var histogram = new Histogram();
        for (var i = 0; i < 999; i++)
        {
            histogram.Record(1000);
        }

        histogram.Record(5_000_000);

        Assert.InRange(histogram.Milliseconds(0.999), 1.0, 1.01);
        Assert.Equal(5000, histogram.Milliseconds(1), 3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(1_000_003)]
    [InlineData((1L << 40) - 1)]
    public void UpperBound_OfTheValuesBucket_IsWithinOnePercentAbove(long value)
    {
        var bound = Histogram.UpperBound(Histogram.IndexOf(value));

        Assert.InRange(bound, value, value + (value / 100));
    }

    [Fact]
    public void IndexOf_GrowingValues_NeverFallsAndLeavesNoBucketOut()
    {
        var last = -1;
        for (var value = 0L; value < 20_000; value++)
        {
            var index = Histogram.IndexOf(value);
            Assert.InRange(index, last, last + 1);
            last = index;
        }
    }

    [Fact]
    public void Record_OutOfRange_IsClamped()
    {
        var histogram = new Histogram();
        histogram.Record(-5);
        histogram.Record(long.MaxValue);

        Assert.Equal(0, histogram.Milliseconds(0.5));
        Assert.Equal((1L << 40) - 1, histogram.MaxMicroseconds);
    }
}
