using Chat.Server.Delivery.Feeds;
using Xunit;

namespace Chat.Tests.Delivery.Feeds;

public sealed class RecentEventsTests
{
    private static RecentEvents Filled(int capacity, long first, long last)
    {
        var recent = new RecentEvents(capacity);
        foreach (var e in LogEvents.Run(first, last))
        {
            recent.Add(e);
        }

        return recent;
    }

    [Fact]
    public void After_WithinWhatIsKept_AnswersWithoutAHole()
    {
        var recent = Filled(40, 1, 100);

        Assert.Equal([61L, 62, 63], recent.After(60, 3)!.Select(e => e.Seq));
        Assert.Equal([100L], recent.After(99, 10)!.Select(e => e.Seq));
    }

    [Theory]
    [InlineData(59)]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(500)]
    public void After_BeforeOrBehindWhatIsKept_IsNull(long seq) => Assert.Null(Filled(40, 1, 100).After(seq, 10));

    [Fact]
    public void Add_AfterAHole_ForgetsWhatWasBefore()
    {
        var recent = Filled(40, 1, 10);
        recent.Add(LogEvents.At(15));

        Assert.Null(recent.After(9, 10));
        Assert.Equal([15L], recent.After(14, 10)!.Select(e => e.Seq));
        Assert.Null(recent.Find(10));
        Assert.Equal(15, recent.Find(15)!.Seq);
    }

    [Fact]
    public void Clear_KeepsNothing()
    {
        var recent = Filled(40, 1, 10);
        recent.Clear();

        Assert.True(recent.IsEmpty);
        Assert.Null(recent.After(5, 10));
    }

    [Fact]
    public void Add_WithoutCapacity_KeepsNothing() => Assert.True(Filled(0, 1, 10).IsEmpty);
}
