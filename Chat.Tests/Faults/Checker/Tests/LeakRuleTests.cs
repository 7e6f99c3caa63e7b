namespace Chat.Tests.Faults.Checker.Tests;

public sealed class LeakRuleTests : RoomHistory
{
    [Fact]
    public void Check_BeforeJoiningAndAfterLeaving_IsNotOwed()
    {
        Members("alice");
        Store("alice", "m1", 1);
        StoreOwn(2);
        History.Joined("bob", "room", 2);
        Store("alice", "m3", 3);
        StoreOwn(4);
        History.Left("bob", "room", 4);
        Store("alice", "m5", 5);
        DeliverAll("alice");
        History.Connected("bob", null);
        Deliver("bob", Rows[1]);
        Deliver("bob", Rows[2]);
        Check().ThrowIfBroken();

        Deliver("bob", Rows[3]); // The leaving itself may be told.
        Check().ThrowIfBroken();

        Deliver("bob", Rows[4]);
        Assert.Contains("room#5", Assert.Single(Check().Of(Invariant.NoLeak).DistinctBy(v => v.ToString())).Ids);
    }

    [Fact]
    public void Check_StrangerOnTheWire_BreaksI10()
    {
        Members("alice");
        Store("alice", "m1", 1);
        DeliverAll("alice");
        History.Arrived("mallory", null, Event(Rows[0]));
        History.Arrived("mallory", null, Event(Rows[0]) with { Seq = null });
        Assert.Equal(2, Check().Of(Invariant.NoLeak).Count());
    }
}
