using Chat.Server.Presence;

namespace Chat.Tests.Presence;

public sealed class NodeTableTests
{
    private const long Lease = 15;
    private static readonly PresenceSource Distant = new("n2", "g2");
    private static readonly PresenceSource Sibling = new("n3", "us");
    private readonly NodeTable _nodes = new("us", Lease);

    private static PresenceMessage.Changed Change(long version, string[] came, string[] went) => new(Distant, version, [.. came], [.. went]);

    private static string Text(NodeOutcome outcome) => outcome switch
    {
        NodeOutcome.Moved moved => $"{(moved.IsNews ? "" : "(not news) ")}+{string.Join(',', moved.Came.Order())} -{string.Join(',', moved.Went.Order())}",
        NodeOutcome.AskAll ask => $"ask {ask.Node}",
        _ => "",
    };

    private string Hear(PresenceMessage message, long now = 0) => Text(_nodes.Hear(message, now));

    [Fact]
    public void Changes_InOrder_AreApplied()
    {
        Assert.Equal("", Hear(new PresenceMessage.Beat(Distant, 0, Hello: true)));
        Assert.Equal("+alice,bob -", Hear(Change(1, ["alice", "bob"], [])));
        Assert.Equal("+carol -alice", Hear(Change(2, ["carol"], ["alice"])));
        Assert.Equal("", Hear(new PresenceMessage.Beat(Distant, 2, Hello: false)));
        Assert.True(_nodes.HasDistant);
    }

    [Fact]
    public void Changes_Repeated_AreIgnored()
    {
        Assert.Equal("+alice -", Hear(Change(1, ["alice"], [])));
        Assert.Equal("", Hear(Change(1, ["alice"], [])));
    }

    [Fact]
    public void Changes_WithOneMissing_AllIsAskedForOnce_AndTheDifferenceIsNews()
    {
        Hear(Change(1, ["alice", "bob"], []));
        Assert.Equal("ask n2", Hear(Change(3, ["dave"], [])));
        Assert.Equal("", Hear(new PresenceMessage.Beat(Distant, 3, Hello: false), now: 1));
        Assert.Equal("", Hear(new PresenceMessage.All(Distant, 3, 0, 2, ["alice", "carol"]), now: 1));
        Assert.Equal("+carol,dave -bob", Hear(new PresenceMessage.All(Distant, 3, 1, 2, ["dave"]), now: 1));
        Assert.Equal("+eve -", Hear(Change(4, ["eve"], []), now: 1));
    }

    [Fact]
    public void All_WithAPartMissing_IsAskedForAgainWhenTheBeatShowsIt()
    {
        Assert.Equal("ask n2", Hear(new PresenceMessage.Beat(Distant, 5, Hello: false)));
        Assert.Equal("", Hear(new PresenceMessage.All(Distant, 5, 0, 3, ["alice"])));
        Assert.Equal("", Hear(new PresenceMessage.All(Distant, 5, 2, 3, ["carol"])));
        Assert.Equal("", Hear(new PresenceMessage.Beat(Distant, 5, Hello: false), now: 4));
        Assert.Equal("ask n2", Hear(new PresenceMessage.Beat(Distant, 5, Hello: false), now: 5));
    }

    [Fact]
    public void All_OfWhoWasThereWhenThisProcessLooked_IsNotNews_OfALaterOneItIs()
    {
        _nodes.LookAnew(100);
        Assert.Equal("ask n2", Hear(new PresenceMessage.Beat(Distant, 5, Hello: false), now: 110));
        Assert.Equal("(not news) +alice -", Hear(new PresenceMessage.All(Distant, 5, 0, 1, ["alice"]), now: 110));

        var later = new PresenceSource("n4", "g4");
        Assert.Equal("ask n4", Hear(new PresenceMessage.Beat(later, 1, Hello: false), now: 116));
        Assert.Equal("+bob -", Hear(new PresenceMessage.All(later, 1, 0, 1, ["bob"]), now: 116));
    }

    [Fact]
    public void Expire_ASilentNode_ItsUsersGoOnce()
    {
        Hear(Change(1, ["alice"], []), now: 0);
        Assert.Empty(_nodes.Expire(15, redisInUse: true));
        Assert.Equal(["+ -alice"], _nodes.Expire(16, redisInUse: true).Select(Text));
        Assert.Empty(_nodes.Expire(100, redisInUse: true));
        Assert.False(_nodes.HasDistant);
    }

    [Fact]
    public void Expire_RedisLost_WhoCannotBeHeardIsKept_ButASiblingIsNot()
    {
        Hear(Change(1, ["alice"], []), now: 0);
        Hear(new PresenceMessage.Changed(Sibling, 1, ["bob"], []), now: 0);
        Assert.Equal(["+ -bob"], _nodes.Expire(1_000, redisInUse: false).Select(Text));

        // Back in use, it has a lease to speak up.
        _nodes.LookAnew(1_000);
        Assert.Empty(_nodes.Expire(1_015, redisInUse: true));
        Assert.Equal(["+ -alice"], _nodes.Expire(1_016, redisInUse: true).Select(Text));
    }

    [Fact]
    public void Bye_ItsUsersGoAtOnce()
    {
        Hear(Change(1, ["alice"], []));
        Assert.Equal("+ -alice", Hear(new PresenceMessage.Bye(Distant)));
        Assert.Equal(0, _nodes.Count);
    }
}
