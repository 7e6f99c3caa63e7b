using Chat.Server.Delivery.Feeds;
using Chat.Server.Delivery.Pumps;

namespace Chat.Tests.Delivery.Pumps;

public sealed class AckTimerTests
{
    private readonly AckTimer _timer = new();
    private readonly Subscription _place = Place();

    [Fact]
    public void Acknowledged_UpToTheEventOrBeyond_TellsOnceWhenItWasAccepted()
    {
        _timer.Sending(_place, 5, acceptedAt: 1_000, live: true);

        Assert.Null(_timer.Acknowledged(_place, 4));
        Assert.Null(_timer.Acknowledged(Place(), 9));
        Assert.Equal((1_000L, true), _timer.Acknowledged(_place, 7));
        Assert.Null(_timer.Acknowledged(_place, 7));
    }

    [Fact]
    public void Sending_WhileOneIsFollowed_IsNotFollowed()
    {
        _timer.Sending(_place, 5, acceptedAt: 1_000, live: false);
        _timer.Sending(_place, 6, acceptedAt: 2_000, live: true);
        _timer.Rearm();
        _timer.Sending(_place, 7, acceptedAt: 3_000, live: true);

        Assert.Equal((1_000L, false), _timer.Acknowledged(_place, 7));
    }

    [Fact]
    public void Sending_AfterOneWasAcknowledged_IsFollowedOnlyWhenRearmed()
    {
        _timer.Sending(_place, 1, acceptedAt: 1_000, live: true);
        Assert.NotNull(_timer.Acknowledged(_place, 1));

        _timer.Sending(_place, 2, acceptedAt: 2_000, live: true);
        Assert.Null(_timer.Acknowledged(_place, 2));
        _timer.Rearm();
        _timer.Sending(_place, 3, acceptedAt: 3_000, live: true);
        Assert.Equal((3_000L, true), _timer.Acknowledged(_place, 3));
    }

    [Fact]
    public void Rearm_WhenTheConnectionHasLeftTheConversation_LetsTheEventGo()
    {
        _timer.Sending(_place, 1, acceptedAt: 1_000, live: true);
        _place.Gone = true;
        _timer.Rearm();
        var other = Place();
        _timer.Sending(other, 1, acceptedAt: 2_000, live: true);

        Assert.Equal((2_000L, true), _timer.Acknowledged(other, 1));
    }

    [Fact]
    public async Task Acknowledged_ByManyAtOnce_IsToldToOne()
    {
        for (var round = 1; round <= 500; round++)
        {
            var seq = round;
            _timer.Rearm();
            _timer.Sending(_place, seq, seq, live: true);
            var told = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _timer.Acknowledged(_place, seq))));
            Assert.Equal((seq, true), Assert.Single(told, t => t is not null));
        }
    }

    // What the timer asks of a place needs no connection.
    private static Subscription Place() => new(new ConversationFeed("c", 1), null!, 0);
}
