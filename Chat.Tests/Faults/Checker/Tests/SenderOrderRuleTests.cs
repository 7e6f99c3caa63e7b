namespace Chat.Tests.Faults.Checker.Tests;

public sealed class SenderOrderRuleTests : RoomHistory
{
    [Theory]
    [InlineData("c1", "c1", false, true)] // Pipelined over one connection.
    [InlineData("c1", "c2", false, false)] // Over two: the network decides.
    [InlineData("c1", "c2", true, true)]
    public void Check_LaterSendGotTheLowerSeq_BreaksI4WhereOrderIsPromised(string first, string second, bool strict, bool broken)
    {
        Members("alice");
        var one = History.Send("alice", "room", "m1", first);
        var two = History.Send("alice", "room", "m2", second);
        one.Acked(2);
        two.Acked(1);
        Rows.AddRange([new StoredRow("room", 1, "alice", "m2"), new StoredRow("room", 2, "alice", "m1")]);
        DeliverAll("alice");
        Assert.Equal(broken, !Check(new CheckerOptions { StrictSenderOrder = strict }).Holds);
    }

    [Fact]
    public void Check_SentAfterTheAckOnAnotherConnection_MustHaveTheHigherSeq()
    {
        Members("alice");
        History.Send("alice", "room", "m1", "c1").Acked(2);
        History.Send("alice", "room", "m2", "c2").Acked(1);
        Rows.AddRange([new StoredRow("room", 1, "alice", "m2"), new StoredRow("room", 2, "alice", "m1")]);
        DeliverAll("alice");
        Assert.Equal(["alice:m2", "alice:m1", "room"], Assert.Single(Check().Of(Invariant.Order)).Ids);
    }

    [Fact]
    public void Check_RetriedAfterTheNext_MayHaveTheHigherSeq()
    {
        Members("alice");
        History.Send("alice", "room", "m1", "c1").ConnectionLost();
        Store("alice", "m2", 1);
        History.Send("alice", "room", "m1", "c1").Acked(2);
        Rows.Add(new StoredRow("room", 2, "alice", "m1"));
        DeliverAll("alice");
        Check().ThrowIfBroken();
        Assert.NotEmpty(Check(new CheckerOptions { StrictSenderOrder = true }).Of(Invariant.Order));
    }
}
