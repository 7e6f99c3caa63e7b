using Chat.Server.Delivery.DeadLetters;
using Chat.Server.Delivery.Feeds;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Delivery.DeadLetters;

public sealed class RoundClockTests
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(15);
    private readonly ManualTimeProvider _time = new();
    private readonly RoundClock _clock;
    private readonly List<Subscription> _all = [];
    private int _handed;

    public RoundClockTests() => _clock = new RoundClock(_time);

    private Subscription Following(string conversation)
    {
        var subscription = new Subscription(new ConversationFeed(conversation, 0), null!, 0);
        _all.Add(subscription);
        return subscription;
    }

    private void Hand(Subscription subscription, long last)
    {
        if (subscription.Acked == subscription.Position)
        {
            subscription.OwesFrom = ++_handed;
        }

        subscription.Position = last;
    }

    private void Acknowledge(Subscription subscription, long seq)
    {
        Assert.True(subscription.Acknowledge(seq) > 0);
        _clock.Acknowledged(subscription);
    }

    /// <summary>Looks once a second, with a client that is there; answers what failed by then.</summary>
    private List<(string Conversation, long Seq, string? Error)> Pass(int seconds, bool heard = true, Action<int>? each = null)
    {
        var failed = new List<(string, long, string?)>();
        for (var i = 0; i < seconds; i++)
        {
            each?.Invoke(i);
            failed.AddRange(_clock.Check(_all, heard, Round).Select(f => (f.Subscription.Feed.Conversation, f.Seq, f.Error)));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        return failed;
    }

    [Fact]
    public void Poison_OnABusyConnection_FailsRoundAfterRound_AndNobodyElseDoes()
    {
        var (poison, busy) = (Following("poison"), Following("busy"));
        Hand(poison, 3);
        var seq = 0L;
        var failed = Pass(100, each: _ =>
        {
            Hand(busy, ++seq);
            Acknowledge(busy, seq);
        });
        Assert.InRange(failed.Count, 5, 6);
        Assert.All(failed, f => Assert.Equal(("poison", 1L, null), f));
    }

    [Fact]
    public void Backlog_WorkedThroughInOrder_FailsNowhere_HoweverLongTheLastOneWaits()
    {
        var (first, last) = (Following("first"), Following("last"));
        Hand(first, 200);
        Hand(last, 1);
        var seq = 0L;
        Assert.Empty(Pass(200, each: _ => Acknowledge(first, ++seq)));
        Acknowledge(last, 1);
        Assert.Empty(Pass(60));
    }

    [Fact]
    public void Backlog_ThatGrowsWhileItIsWorkedThrough_FailsNowhere()
    {
        var (first, last) = (Following("first"), Following("last"));
        Hand(first, 100);
        Hand(last, 1);
        var seq = 0L;
        // Live events of the first go behind what the last one got.
        Assert.Empty(Pass(100, each: _ =>
        {
            Hand(first, first.Position + 1);
            Acknowledge(first, ++seq);
        }));
    }

    [Fact]
    public void Nothing_IsAcknowledgedAtAll_TheFirstOneSentIsBlamed()
    {
        var (one, two) = (Following("one"), Following("two"));
        Hand(two, 5);
        Hand(one, 5);
        Assert.Equal([("two", 1L, null)], Pass(20));
    }

    [Fact]
    public void Frozen_ClientThatIsNotHeard_FailsNowhere()
    {
        Hand(Following("one"), 5);
        Assert.Empty(Pass(100, heard: false));
    }

    [Fact]
    public void Acknowledged_InTime_BeginsAnew()
    {
        var one = Following("one");
        Hand(one, 2);
        Assert.Empty(Pass(10));
        Acknowledge(one, 1);
        Assert.Empty(Pass(14));
        Assert.Equal([("one", 2L, null)], Pass(4));
    }

    [Fact]
    public void Report_FailsWithItsWords_AlsoWhenTheConnectionEndsFirst()
    {
        var one = Following("one");
        Hand(one, 2);
        Pass(1);
        _clock.Reported(one, "boom");
        Assert.Equal([("one", 1L, "boom")], Pass(16, heard: false));

        _clock.Reported(one, "bang");
        var ended = Assert.Single(_clock.End());
        Assert.Equal((1L, "bang"), (ended.Seq, ended.Error));
    }

    [Fact]
    public void Report_OfWhatWasAcknowledgedSince_IsForgotten()
    {
        var one = Following("one");
        Hand(one, 2);
        Pass(1);
        _clock.Reported(one, "boom");
        Acknowledge(one, 1);
        Assert.Empty(_clock.End());
    }
}
