using Chat.Server.Delivery.Feeds;
using Chat.Server.Storage;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Tests.Delivery.Feeds;

public sealed class FeedGateTests
{
    private readonly FeedGate _gate = new();

    private List<long> Offer(long first, long last)
    {
        var passed = new List<long>();
        for (var next = _gate.Offer(LogEvents.Run(first, last)); next.Count > 0; next = _gate.Unpark())
        {
            passed.AddRange(next.Select(e => e.Seq));
        }

        return passed;
    }

    [Fact]
    public void Offer_WhenCold_TakesTheRunAsTheBeginning()
    {
        Assert.Equal([7, 8], Offer(7, 8));
        Assert.Equal(8, _gate.Position);
        Assert.False(_gate.HasGap);
    }

    [Fact]
    public void Establish_WhenWarm_ChangesNothing()
    {
        Offer(7, 8);
        _gate.Establish(3);
        Assert.Equal(8, _gate.Position);
    }

    [Fact]
    public void Offer_OldOrOverlapping_PassesOnlyWhatIsNew()
    {
        _gate.Establish(5);

        Assert.Empty(Offer(3, 5));
        Assert.Equal([6, 7], Offer(4, 7));
    }

    [Fact]
    public void Offer_BehindAGap_IsKeptBackUntilTheGapCloses()
    {
        _gate.Establish(5);

        Assert.Empty(Offer(8, 9));
        Assert.True(_gate.HasGap);
        Assert.Equal(9, _gate.Known);
        Assert.Equal([6, 7, 8, 9], Offer(6, 7));
        Assert.False(_gate.HasGap);
    }

    [Fact]
    public void Hear_BeyondThePosition_IsAGap()
    {
        _gate.Establish(5);
        _gate.Hear(5);
        Assert.False(_gate.HasGap);
        _gate.Hear(6);
        Assert.True(_gate.HasGap);
    }

    [Fact]
    public void Offer_MoreThanCanBeParked_StillKnowsHowFarTheLogReaches()
    {
        _gate.Establish(0);
        for (var seq = 200; seq > 1; seq--)
        {
            Assert.Empty(Offer(seq, seq));
        }

        Assert.Equal(200, _gate.Known);
        var passed = Offer(1, 199);
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), passed);
    }

    [Fact]
    public void Offer_AnyOrderAndAnyOverlap_PassesEachSeqOnceInOrder()
    {
        var runs = Gen.Choose(1, 30).SelectMany(first => Gen.Choose(0, 5).Select(more => (First: first, Last: first + more))).ListOf();
        Prop.ForAll(runs.ToArbitrary(), offered =>
        {
            var gate = new FeedGate();
            gate.Establish(0);
            var passed = new List<long>();
            foreach (var (first, last) in offered.Append((First: 1, Last: 36)))
            {
                for (var next = gate.Offer(LogEvents.Run(first, last)); next.Count > 0; next = gate.Unpark())
                {
                    passed.AddRange(next.Select(e => e.Seq));
                }
            }

            return passed.SequenceEqual(Enumerable.Range(1, 36).Select(i => (long)i));
        }).QuickCheckThrowOnFailure();
    }
}
